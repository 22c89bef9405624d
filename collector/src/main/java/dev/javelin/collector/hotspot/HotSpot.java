package dev.javelin.collector.hotspot;

import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.proc.Mapping;
import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.ProcFiles;
import dev.javelin.collector.proc.ProcMaps;
import dev.javelin.collector.proc.TargetMemory;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One running HotSpot JVM, seen from outside: its memory, its libjvm and the tables that describe it. The target is not
 * stopped, signalled, traced or attached to.
 *
 * <p>Threads: safe for use by many threads; {@link #close()} ends it for all. When the target ends, reads throw
 * {@link MemoryUnreadable}.
 */
public final class HotSpot implements Closeable {
    /** The first JDK with virtual threads; those before had none, or not for everyone. */
    public static final int VIRTUAL_THREADS = 21;
    /** The first JDK whose virtual threads give their carrier up while they wait for a monitor. */
    public static final int UNMOUNTED_FOR_MONITORS = 24;

    private final int pid;
    private final TargetMemory memory;
    private final ElfFile libjvm;
    private final long loadBias;
    private final VmStructs structs;
    private final LibjvmSymbols symbols;
    private final int majorVersion;
    private Map<String, Long> flags;

    private HotSpot(int pid, TargetMemory memory, ElfFile libjvm, long loadBias) throws HotSpotException {
        this.pid = pid;
        this.memory = memory;
        this.libjvm = libjvm;
        this.loadBias = loadBias;
        this.structs = VmStructs.read(memory, libjvm, loadBias);
        this.symbols = LibjvmSymbols.of(libjvm);
        this.majorVersion = readMajorVersion();
    }

    /**
     * Finds the JVM in a process.
     *
     * @throws HotSpotException when the process has no HotSpot libjvm, or it is only just being loaded; in the second
     *     case a later call may succeed
     * @throws IOException when the process does not exist or may not be read; the message says which
     */
    public static HotSpot find(int pid) throws IOException {
        Mapping mapping = libjvmMapping(pid);
        TargetMemory memory = TargetMemory.open(pid);
        ElfFile libjvm = null;
        try {
            libjvm = ElfFile.open(ProcFiles.open(pid, mapping));
            return new HotSpot(pid, memory, libjvm, mapping.start());
        } catch (IOException | RuntimeException e) {
            closeQuietly(libjvm);
            closeQuietly(memory);
            ProcFiles.requireThere(pid);
            if (e instanceof HotSpotException) {
                throw new HotSpotException("process " + pid + ": " + e.getMessage(), e);
            }
            if (e instanceof RuntimeException) {
                throw new HotSpotException("process " + pid + " could not be read as a JVM: " + e.getMessage(), e);
            }
            throw e;
        }
    }

    /**
     * The first mapping of libjvm.so, whose file offset 0 is at ELF address 0 plus the load bias: the last one below its code.
     * Profilers, this one too, map the file elsewhere as well, to read it.
     */
    private static Mapping libjvmMapping(int pid) throws IOException {
        Mapping any = null;
        Mapping first = null;
        for (Mapping mapping : ProcMaps.read(pid)) {
            if (mapping.fileName().equals("libjvm.so") && mapping.isFile()) {
                first = mapping.fileOffset() == 0 ? mapping : first;
                any = any == null ? first : any;
                if (mapping.executable() && first != null && first.isSameFile(mapping)) {
                    return first;
                }
            }
        }
        if (any != null) {
            return any; // its code was moved to huge pages, which have no file
        }
        throw new HotSpotException("process " + pid + " is not a HotSpot JVM: it has no libjvm.so mapped");
    }

    private static void closeQuietly(Closeable closeable) {
        try {
            if (closeable != null) {
                closeable.close();
            }
        } catch (IOException e) {
            // the error that led here is the one to report
        }
    }

    /** Process id as seen by this process. */
    public int pid() {
        return pid;
    }

    /** The target's memory. */
    public TargetMemory mem() {
        return memory;
    }

    /** The tables by which the JVM describes itself. */
    public VmStructs structs() {
        return structs;
    }

    /** The libjvm.so that the target runs. */
    public ElfFile libjvm() {
        return libjvm;
    }

    /** Address of libjvm in the target minus its address in the ELF file. */
    public long loadBias() {
        return loadBias;
    }

    /** Feature release of the JDK: 8, 11, 17, 25, …; 0 when it cannot be told. */
    public int majorVersion() {
        return majorVersion;
    }

    /** The JVM's version as it prints it, for example {@code "17.0.15+6-Debian-1deb12u1"}; {@code ""} when unreadable. */
    public String vmRelease() {
        try {
            long text = memory.readLong(structs.anyAddress("Abstract_VM_Version._s_vm_release"));
            return memory.readCString(text, 256);
        } catch (MemoryUnreadable | IllegalStateException e) {
            return "";
        }
    }

    /** Absolute address in the target of a variable of libjvm by its linkage (mangled) name; empty where it is stripped. */
    public OptionalLong symbol(String linkageName) {
        Long vaddr = symbols.find(libjvm, Set.of(linkageName)).get(linkageName);
        return vaddr == null ? OptionalLong.empty() : OptionalLong.of(vaddr + loadBias);
    }

    /**
     * Absolute addresses of many symbols, found in one pass over libjvm's symbol tables. Those that it lacks are missing
     * in the result. Of variables only: functions are not looked for.
     */
    public Map<String, Long> symbols(Set<String> linkageNames) {
        return absolute(symbols.find(libjvm, linkageNames));
    }

    /** The statics that this package needs, absolute; found together in one pass. */
    Map<String, Long> statics() {
        Set<String> names = LibjvmStatics.all(structs);
        symbols.prepare(libjvm, names, LibjvmStatics.STUB_ROUTINES);
        return symbols(names);
    }

    /** StubRoutines' statics by linkage name, absolute. */
    Map<String, Long> stubStatics() {
        return absolute(symbols.withPrefix(libjvm, LibjvmStatics.STUB_ROUTINES));
    }

    /** The tables of virtual functions of all C++ classes by linkage name, absolute; none where libjvm is stripped. */
    Map<String, Long> vtables() {
        return absolute(symbols.withPrefix(libjvm, LibjvmStatics.VTABLE));
    }

    private Map<String, Long> absolute(Map<String, Long> relative) {
        Map<String, Long> found = new HashMap<>(relative.size() * 2);
        for (Map.Entry<String, Long> symbol : relative.entrySet()) {
            found.put(symbol.getKey(), symbol.getValue() + loadBias);
        }
        return found;
    }

    /** Offset of a thread-local variable in libjvm's TLS block; empty where it is stripped. */
    public OptionalLong threadLocalOffset(String linkageName) {
        Long offset = symbols.find(libjvm, Set.of(linkageName)).get(linkageName);
        return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
    }

    /** Whether a thread's JavaThread is found from outside at any time: from JDK 9 on, where libjvm is not stripped. */
    public boolean tellsCurrentThread() {
        return threadLocalOffset(LibjvmStatics.CURRENT_THREAD).isPresent();
    }

    /** A boolean {@code -XX} flag as it is in effect; {@code fallback} where this JVM has no such flag. */
    public boolean flag(String name, boolean fallback) {
        Long address = flagAddresses().get(name);
        return address == null ? fallback : memory.readByte(address) != 0;
    }

    /** An {@code -XX} flag of 8 bytes (intx, uintx, size_t) as it is in effect; {@code fallback} where there is none. */
    public long flagLong(String name, long fallback) {
        Long address = flagAddresses().get(name);
        return address == null ? fallback : memory.readLong(address);
    }

    private synchronized Map<String, Long> flagAddresses() {
        if (flags == null) {
            flags = new FlagTable(memory, structs).addresses();
        }
        return flags;
    }

    /**
     * JDK_Version (to 17 or later) holds 8 for JDK 8, whose VM calls itself 25; later tables have only the VM's own
     * version, which is the JDK's from 9 on.
     */
    private int readMajorVersion() throws HotSpotException {
        try {
            OptionalLong current = structs.findAddress("JDK_Version._current");
            if (current.isPresent() && structs.has("JDK_Version", "_major")) {
                int major = memory.readByte(current.getAsLong() + structs.offset("JDK_Version", "_major")) & 0xff;
                if (major > 0) {
                    return major;
                }
            }
            OptionalLong vm = structs.findAddress("Abstract_VM_Version._vm_major_version");
            return vm.isPresent() ? memory.readInt(vm.getAsLong()) : 0;
        } catch (MemoryUnreadable e) {
            throw new HotSpotException("its memory could not be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            memory.close();
        } finally {
            libjvm.close();
        }
    }
}
