package dev.javelin.bpf;

import dev.javelin.bpf.jna.LibBpf;
import dev.javelin.bpf.jna.LibC;
import dev.javelin.bpf.jna.NativeBlock;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A BPF object file: opened, configured, loaded, and closed with all its maps, programs and links. Nothing is pinned: when this
 * process ends, however it ends, the kernel drops everything.
 *
 * <p>Any thread may call; calls on one object wait for each other. After {@link #close()} every method throws
 * {@link IllegalStateException}.
 */
public final class BpfObject implements AutoCloseable {
    /** {@code sizeof(struct bpf_object_open_opts)} and the offset of {@code object_name} (libbpf 1.1's bpf/libbpf.h). */
    static final int OPEN_OPTS_SIZE = 80;

    static final int OPEN_OPTS_OBJECT_NAME = 8;

    private enum State {
        OPEN,
        LOADED,
        CLOSED
    }

    private final String name;
    private final NativeBlock image;
    private final long handle;
    private final Map<String, BpfProgram> programs = new HashMap<>();
    private final Map<String, BpfMap> maps = new HashMap<>();
    private final List<BpfLink> links = new ArrayList<>();
    private Map<String, BtfGlobals.Global> globals;
    private State state = State.OPEN;

    private BpfObject(String name, NativeBlock image, long handle) {
        this.name = name;
        this.image = image;
        this.handle = handle;
    }

    /**
     * Parses an ELF image. Needs no privilege.
     *
     * @param name what to call it in errors and in the kernel (the first 15 bytes)
     */
    public static BpfObject open(byte[] elf, String name) {
        BpfException.requireNative();
        Messages.clear();
        NativeBlock image = NativeBlock.of(elf);
        try (NativeBlock title = NativeBlock.ofString(name);
                NativeBlock options = new NativeBlock(OPEN_OPTS_SIZE)) {
            options.buffer().putLong(0, OPEN_OPTS_SIZE).putLong(OPEN_OPTS_OBJECT_NAME, title.address());
            long handle = LibBpf.bpf_object__open_mem(image.address(), elf.length, options.address());
            if (handle == 0) {
                int errno = LibC.errno();
                image.close();
                throw new BpfException("open", name, errno, "", Messages.take());
            }
            return new BpfObject(name, image, handle);
        }
    }

    /** Opens {@code NAME.bpf.o}, one of the objects that travel beside this class. */
    public static BpfObject open(String name) {
        String resource = "/dev/javelin/bpf/" + name + ".bpf.o";
        try (InputStream in = BpfObject.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException(resource + " is not on the class path");
            }
            return open(in.readAllBytes(), name);
        } catch (IOException e) {
            throw new UncheckedIOException("read " + resource, e);
        }
    }

    public String name() {
        return name;
    }

    /**
     * Sets a global integer variable before {@link #load()}: {@code const volatile} ones are what the verifier then takes for
     * constants.
     *
     * @throws IllegalArgumentException when there is no such variable or the value does not fit into it
     */
    public synchronized void global(String variable, long value) {
        ByteBuffer place = place(variable);
        switch (place.remaining()) {
            case Long.BYTES -> place.putLong(0, value);
            case Integer.BYTES -> place.putInt(0, (int) fitting(variable, value, Integer.SIZE));
            case Short.BYTES -> place.putShort(0, (short) fitting(variable, value, Short.SIZE));
            case Byte.BYTES -> place.put(0, (byte) fitting(variable, value, Byte.SIZE));
            default ->
                throw new IllegalArgumentException("global " + variable + " of " + name + " has " + place.remaining()
                        + " bytes and is no integer");
        }
    }

    /** Sets a global variable of any type, an array or a struct, to these bytes, before {@link #load()}. */
    public synchronized void global(String variable, byte[] value) {
        ByteBuffer place = place(variable);
        if (place.remaining() != value.length) {
            throw new IllegalArgumentException(
                    "global " + variable + " of " + name + " has " + place.remaining() + " bytes, not " + value.length);
        }
        place.put(value);
    }

    private static long fitting(String variable, long value, int bits) {
        long high = value >> (bits - 1);
        if (high != 0 && high != -1 && value >>> bits != 0) {
            throw new IllegalArgumentException(
                    value + " does not fit into the " + bits + " bits of global " + variable);
        }
        return value;
    }

    private ByteBuffer place(String variable) {
        requireState(State.OPEN);
        if (globals == null) {
            globals = readGlobals();
        }
        BtfGlobals.Global global = globals.get(variable);
        if (global == null) {
            throw new IllegalArgumentException("no global " + variable + " in " + name);
        }
        long map = LibBpf.bpf_object__find_map_by_name(handle, global.section());
        BpfException.checkHandle(map, "find section " + global.section() + " of", name);
        return initialValue(map).slice(global.offset(), global.size()).order(ByteOrder.LITTLE_ENDIAN);
    }

    private ByteBuffer initialValue(long map) {
        try (NativeBlock size = new NativeBlock(Long.BYTES)) {
            long address = LibBpf.bpf_map__initial_value(map, size.address());
            BpfException.checkHandle(address, "initial value of", name);
            return NativeBlock.view(address, size.buffer().getLong(0));
        }
    }

    private Map<String, BtfGlobals.Global> readGlobals() {
        long btf = BpfException.checkHandle(LibBpf.bpf_object__btf(handle), "BTF of", name);
        try (NativeBlock size = new NativeBlock(Integer.BYTES)) {
            long raw = BpfException.checkHandle(LibBpf.btf__raw_data(btf, size.address()), "BTF of", name);
            return BtfGlobals.read(NativeBlock.view(raw, size.buffer().getInt(0)));
        }
    }

    /** Sizes a map before {@link #load()}: entries; for a ring buffer bytes, a power of two of at least a page. */
    public synchronized void maxEntries(String map, int entries) {
        requireState(State.OPEN);
        BpfException.check(LibBpf.bpf_map__set_max_entries(mapHandle(map), entries), "size map", map);
    }

    /** Says before {@link #load()} that a map is another object's, which is loaded and stays open longer: the one of the same name. */
    public synchronized void share(String map, BpfObject other) {
        requireState(State.OPEN);
        BpfException.check(
                LibBpf.bpf_map__reuse_fd(mapHandle(map), other.map(map).fd()), "share map", map);
    }

    /** Says before {@link #load()} whether a program is to be loaded at all; each one is unless said otherwise. */
    public synchronized void wanted(String program, boolean wanted) {
        requireState(State.OPEN);
        int result = LibBpf.bpf_program__set_autoload(programHandle(program), wanted ? 1 : 0);
        BpfException.check(result, "choose program", program);
    }

    /** Says before {@link #load()} that a program is to be attached by {@link BpfProgram#attachUprobes}, and by nothing else. */
    public synchronized void forUprobeMulti(String program) {
        requireState(State.OPEN);
        int result =
                LibBpf.bpf_program__set_expected_attach_type(programHandle(program), BpfProgram.TRACE_UPROBE_MULTI);
        BpfException.check(result, "choose the attachment of", program);
    }

    /**
     * Says before {@link #load()} which kernel function a program of fentry or fexit belongs to.
     *
     * @throws BpfException when the kernel's type information has no such function
     */
    public synchronized void attachTarget(String program, String function) {
        requireState(State.OPEN);
        Messages.clear();
        int result = LibBpf.bpf_program__set_attach_target(programHandle(program), 0, function);
        BpfException.check(result, "find the kernel function", function);
    }

    /**
     * Makes the maps and has the kernel verify the programs.
     *
     * @throws BpfException with the verifier's reason in words
     */
    public synchronized void load() {
        requireState(State.OPEN);
        Messages.clear();
        if (LibBpf.bpf_object__load(handle) < 0) {
            int errno = LibC.errno();
            String log = Messages.take();
            throw new BpfException("load", name, errno, LoadFailure.explain(errno, log), log);
        }
        state = State.LOADED;
    }

    /** A program by its function's name; the object must be loaded. */
    public synchronized BpfProgram program(String function) {
        requireState(State.LOADED);
        return programs.computeIfAbsent(function, f -> new BpfProgram(this, programHandle(f)));
    }

    /** The names of all programs, in the file's order. */
    public synchronized List<String> programNames() {
        requireNotClosed();
        List<String> names = new ArrayList<>();
        long program = LibBpf.bpf_object__next_program(handle, 0);
        while (program != 0) {
            names.add(LibBpf.bpf_program__name(program));
            program = LibBpf.bpf_object__next_program(handle, program);
        }
        return names;
    }

    /** A map by its name; the object must be loaded. */
    public synchronized BpfMap map(String map) {
        requireState(State.LOADED);
        return maps.computeIfAbsent(map, m -> new BpfMap(mapHandle(m)));
    }

    private long mapHandle(String map) {
        return BpfException.checkHandle(LibBpf.bpf_object__find_map_by_name(handle, map), "find map", map);
    }

    private long programHandle(String program) {
        long found = LibBpf.bpf_object__find_program_by_name(handle, program);
        return BpfException.checkHandle(found, "find program", program);
    }

    /** Takes the ownership of a new link. */
    synchronized BpfLink own(BpfLink link) {
        links.add(link);
        return link;
    }

    synchronized void disown(BpfLink link) {
        links.remove(link);
    }

    synchronized void requireLoaded() {
        requireState(State.LOADED);
    }

    private void requireState(State wanted) {
        if (state != wanted) {
            throw new IllegalStateException("object " + name + " is " + state + ", not " + wanted);
        }
    }

    private void requireNotClosed() {
        if (state == State.CLOSED) {
            throw new IllegalStateException("object " + name + " is closed");
        }
    }

    /** Detaches every link and frees programs and maps. Close the {@link RingBuffer}s first. */
    @Override
    public synchronized void close() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        List.copyOf(links).forEach(BpfLink::close);
        maps.values().forEach(BpfMap::close);
        LibBpf.bpf_object__close(handle);
        image.close();
    }
}
