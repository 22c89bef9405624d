package dev.javelin.collector.elf;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A 64-bit little-endian ELF file (layouts: System V gABI, elf.h). The file is mapped; nothing but headers is read until asked for.
 *
 * <p>Threads: all methods may be called from any. What is damaged gives an {@link ElfException}.
 */
public final class ElfFile implements Closeable {
    private static final int PT_LOAD = 1;
    private static final int PT_DYNAMIC = 2;
    private static final int PT_NOTE = 4;
    private static final int PT_TLS = 7;
    private static final int PT_GNU_EH_FRAME = 0x6474e550;
    private static final int EM_X86_64 = 62;
    private static final int SHN_XINDEX = 0xffff;
    private static final int LONGEST_SECTION_NAME = 128;

    private final ByteBuffer image;
    private final String name;
    private final DebugFiles debugFiles;
    private final List<ElfSegment> loads = new ArrayList<>();
    private final List<long[]> notes = new ArrayList<>();
    private final List<ElfSection> sections = new ArrayList<>();
    private final long[] tlsBlock = new long[2];
    private long[] dynamic;
    private long[] ehFrameHeader;
    private String buildId;
    private boolean buildIdRead;

    private ElfFile(ByteBuffer image, String name, DebugFiles debugFiles) throws ElfException {
        this.image = image.order(ByteOrder.LITTLE_ENDIAN);
        this.name = name;
        this.debugFiles = debugFiles;
        checkIdent();
        readSegments();
        readSections();
    }

    /**
     * Opens a file by its path in this process's mount namespace, or below {@code /proc/PID/map_files} or {@code /proc/PID/root}: debug files
     * are then looked for in that process's file system first.
     *
     * @throws ElfException if it is no 64-bit little-endian ELF file
     * @throws IOException if it cannot be read
     */
    public static ElfFile open(Path path) throws IOException {
        return new ElfFile(map(path), path.toString(), DebugFiles.of(path));
    }

    /** Reads an image in memory, such as the vdso's. There is no debug file for it. */
    public static ElfFile of(ByteBuffer image) throws ElfException {
        return of(image, "ELF image");
    }

    /** Reads an image in memory; the name is for messages only. */
    public static ElfFile of(ByteBuffer image, String name) throws ElfException {
        return new ElfFile(image.slice(), name, null);
    }

    /** Opens a file as a debug file: none is looked for beyond it. */
    static ElfFile openDebugFile(Path path) throws IOException {
        return new ElfFile(map(path), path.toString(), null);
    }

    private static ByteBuffer map(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < ElfLayout.HEADER_SIZE) {
                throw new ElfException(path.toString(), "not an ELF file: only " + size + " bytes");
            }
            if (size > Integer.MAX_VALUE) {
                throw new ElfException(path.toString(), "larger than 2 GiB");
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
        }
    }

    private void checkIdent() throws ElfException {
        if (image.limit() < ElfLayout.HEADER_SIZE || image.getInt(0) != ElfLayout.MAGIC) {
            throw damaged("not an ELF file");
        }
        if (image.get(4) != 2 || image.get(5) != 1) {
            throw damaged("not a 64-bit little-endian ELF file");
        }
    }

    private void readSegments() throws ElfException {
        long table = image.getLong(ElfLayout.E_PHOFF);
        int size = image.getShort(ElfLayout.E_PHENTSIZE) & 0xffff;
        int count = image.getShort(ElfLayout.E_PHNUM) & 0xffff;
        if (count == 0) {
            return;
        }
        if (size < ElfLayout.PHDR_SIZE) {
            throw damaged("program headers of " + size + " bytes");
        }
        checkRange(table, (long) size * count, "program headers");
        for (int i = 0; i < count; i++) {
            readSegment((int) table + i * size);
        }
    }

    private void readSegment(int at) {
        int type = image.getInt(at);
        int flags = image.getInt(at + 4);
        long offset = image.getLong(at + 8);
        long vaddr = image.getLong(at + 16);
        long fileSize = image.getLong(at + 32);
        if (type == PT_LOAD) {
            loads.add(new ElfSegment(offset, vaddr, fileSize, image.getLong(at + 40), (flags & 1) != 0));
        } else if (type == PT_NOTE) {
            notes.add(new long[] {offset, fileSize, image.getLong(at + 48)});
        } else if (type == PT_TLS) {
            tlsBlock[0] = image.getLong(at + 40);
            tlsBlock[1] = image.getLong(at + 48);
        } else if (type == PT_DYNAMIC) {
            dynamic = new long[] {offset, fileSize};
        } else if (type == PT_GNU_EH_FRAME) {
            ehFrameHeader = new long[] {offset, fileSize, vaddr};
        }
    }

    private void readSections() throws ElfException {
        long table = image.getLong(ElfLayout.E_SHOFF);
        int size = image.getShort(ElfLayout.E_SHENTSIZE) & 0xffff;
        long count = image.getShort(ElfLayout.E_SHNUM) & 0xffff;
        int names = image.getShort(ElfLayout.E_SHSTRNDX) & 0xffff;
        if (table == 0) {
            return;
        }
        if (size < ElfLayout.SHDR_SIZE) {
            throw damaged("section headers of " + size + " bytes");
        }
        checkRange(table, size, "section headers");
        if (count == 0) {
            count = image.getLong((int) table + 32);
        }
        if (names == SHN_XINDEX) {
            names = image.getInt((int) table + 40);
        }
        if (count < 0 || count > image.limit() / size) {
            throw damaged("section headers reach beyond the file");
        }
        checkRange(table, size * count, "section headers");
        int strings = sectionNames(table, size, count, names);
        for (int i = 0; i < count; i++) {
            sections.add(readSection((int) table + i * size, strings));
        }
    }

    /** Offset of the section names in the file, or -1. */
    private int sectionNames(long table, int size, long count, int names) throws ElfException {
        if (names <= 0 || names >= count) {
            return -1;
        }
        int at = (int) table + names * size;
        long offset = image.getLong(at + 24);
        checkRange(offset, image.getLong(at + 32), "section names");
        return (int) offset;
    }

    private ElfSection readSection(int at, int strings) {
        String sectionName = strings < 0 ? "" : string(image, strings + (long) image.getInt(at), LONGEST_SECTION_NAME);
        return new ElfSection(
                sectionName,
                image.getInt(at + 4),
                image.getLong(at + 8),
                image.getLong(at + 16),
                image.getLong(at + 24),
                image.getLong(at + 32),
                image.getInt(at + 40),
                image.getInt(at + 44));
    }

    /** A string that ends with 0, cut after {@code max} bytes; "" if the offset is outside. */
    static String string(ByteBuffer bytes, long from, int max) {
        if (from < 0 || from >= bytes.limit()) {
            return "";
        }
        int end = (int) from;
        int limit = (int) Math.min(bytes.limit(), from + max);
        while (end < limit && bytes.get(end) != 0) {
            end++;
        }
        byte[] text = new byte[end - (int) from];
        bytes.get((int) from, text);
        return new String(text, StandardCharsets.UTF_8);
    }

    /** The same of the file. */
    String string(long from, int max) {
        return string(image, from, max);
    }

    /** The file's name, for messages. */
    public String name() {
        return name;
    }

    /** Whether it is for x86-64. */
    public boolean isX86() {
        return image.getShort(ElfLayout.E_MACHINE) == EM_X86_64;
    }

    /** Virtual address at which the program begins; 0 if none. */
    public long entry() {
        return image.getLong(ElfLayout.E_ENTRY);
    }

    /** The loadable segments in the file's order. */
    public List<ElfSegment> loads() {
        return List.copyOf(loads);
    }

    /** All sections in the file's order; the first is empty. */
    public List<ElfSection> sections() {
        return List.copyOf(sections);
    }

    /** The first section of that name, or null. */
    public ElfSection section(String sectionName) {
        for (ElfSection section : sections) {
            if (section.name().equals(sectionName)) {
                return section;
            }
        }
        return null;
    }

    ElfSection section(int index) {
        return index > 0 && index < sections.size() ? sections.get(index) : null;
    }

    /**
     * The bytes of a section, little endian; no copy is made.
     *
     * @throws ElfException if they reach beyond the file
     */
    public ByteBuffer bytes(ElfSection section) throws ElfException {
        if (!section.hasBytes()) {
            return ByteBuffer.allocate(0).order(ByteOrder.LITTLE_ENDIAN);
        }
        return bytes(section.offset(), section.size(), section.name());
    }

    /**
     * Bytes of the file, little endian; no copy is made.
     *
     * @param offset where they begin in the file
     * @param what what they are, for the message
     * @throws ElfException if they reach beyond the file
     */
    public ByteBuffer bytes(long offset, long size, String what) throws ElfException {
        checkRange(offset, size, what);
        return image.slice((int) offset, (int) size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** What reads the mapped file. */
    interface Reading<T> {
        T read() throws ElfException;
    }

    /** Reads beyond the end of a mapped file that is cut meanwhile fail with InternalError, which becomes an ElfException here. */
    <T> T read(Reading<T> reading) throws ElfException {
        try {
            try {
                return reading.read();
            } finally {
                MappedReads.settle();
            }
        } catch (InternalError e) {
            throw damaged("the file was cut while it was read");
        }
    }

    private void checkRange(long offset, long size, String what) throws ElfException {
        if (offset < 0 || size < 0 || offset > image.limit() || size > image.limit() - offset) {
            throw damaged(what + " reach beyond the file (offset " + offset + ", " + size + " bytes)");
        }
    }

    ElfException damaged(String what) {
        return new ElfException(name, what);
    }

    /** {offset, size, vaddr} of PT_GNU_EH_FRAME, or null. */
    long[] ehFrameHeader() {
        return ehFrameHeader;
    }

    /** {size in memory, alignment} of PT_TLS; zeros if there is none. */
    long[] tlsBlock() {
        return tlsBlock;
    }

    /** ET_ value. */
    int type() {
        return image.getShort(ElfLayout.E_TYPE) & 0xffff;
    }

    /** {offset, size} of PT_DYNAMIC, or null. */
    long[] dynamic() {
        return dynamic;
    }

    /** The build id in lower-case hex, or null if there is none. */
    public synchronized String buildId() {
        if (!buildIdRead) {
            buildId = new BuildId(image, sections, notes).find();
            buildIdRead = true;
        }
        return buildId;
    }

    /**
     * Virtual addresses of the words into which the dynamic linker writes the address of a function: those for a symbol of this name, and
     * those that the IFUNC resolver at a virtual address fills.
     *
     * @throws ElfException if the relocations are damaged
     */
    public List<Long> callSlots(String symbol, long resolver) throws ElfException {
        return Relocations.callSlots(this, symbol, resolver);
    }

    /** The virtual address of a byte of the file; executable segments first. Empty if no segment holds it. */
    public OptionalLong vaddrOfFileOffset(long offset) {
        for (ElfSegment load : loads) {
            // a mapping begins at a page's start, so it holds bytes before the segment as well
            long start = load.fileOffset() & -ElfLayout.PAGE;
            if (load.executable() && offset >= start && offset < load.fileOffset() + load.fileSize()) {
                return OptionalLong.of(offset - load.fileOffset() + load.vaddr());
            }
        }
        for (ElfSegment load : loads) {
            if (offset >= load.fileOffset() && offset < load.fileOffset() + load.fileSize()) {
                return OptionalLong.of(offset - load.fileOffset() + load.vaddr());
            }
        }
        return OptionalLong.empty();
    }

    /** The offset in the file of a virtual address, as uprobes ask for it. Empty if it is not in the file. */
    public OptionalLong fileOffsetOfVaddr(long vaddr) {
        long offset = fileOffset(vaddr);
        return offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset);
    }

    /** Offset in the file of a virtual address; -1 if it is not in the file. */
    long fileOffset(long vaddr) {
        for (ElfSegment load : loads) {
            if (Long.compareUnsigned(vaddr - load.vaddr(), load.fileSize()) < 0) {
                return vaddr - load.vaddr() + load.fileOffset();
            }
        }
        return -1;
    }

    boolean executableAddress(long vaddr) {
        for (ElfSegment load : loads) {
            if (load.executable() && load.contains(vaddr)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The virtual address of a function or variable by its linkage name; .dynsym, .symtab, then the debug file are searched. For more than
     * one name use {@link #addresses}, which passes once over the tables. Thread-local symbols are not found here: see {@link #symbols(Set)}.
     */
    public OptionalLong address(String linkageName) throws ElfException {
        Long address = addresses(Set.of(linkageName)).get(linkageName);
        return address == null ? OptionalLong.empty() : OptionalLong.of(address);
    }

    /** Virtual addresses of functions and variables by linkage name; names that are not found are left out. */
    public Map<String, Long> addresses(Set<String> linkageNames) throws ElfException {
        Map<String, Long> addresses = new HashMap<>();
        for (ElfSymbol symbol : symbols(linkageNames).values()) {
            if (symbol.type() != ElfSymbol.TLS) {
                addresses.put(symbol.name(), symbol.value());
            }
        }
        return addresses;
    }

    /** Defined symbols by linkage name, thread-local ones as well; names that are not found are left out. */
    public Map<String, ElfSymbol> symbols(Set<String> linkageNames) throws ElfException {
        return read(() -> {
            SymbolFinder finder = new SymbolFinder(linkageNames);
            finder.search(SymbolSource.dynamic(this));
            if (!finder.complete()) {
                finder.search(SymbolSource.full(this));
            }
            ElfFile debug = finder.complete() ? null : debugFile();
            if (debug != null) {
                finder.search(SymbolSource.full(debug));
            }
            return finder.found();
        });
    }

    /** The table from addresses to names, made now from .symtab, .dynsym, the debug file and the PLT; names as they are in the file. */
    public SymbolTable symbols() throws ElfException {
        return symbols(UnaryOperator.identity());
    }

    /** As {@link #symbols()}, with a demangler applied to each name that is asked for. */
    public SymbolTable symbols(UnaryOperator<String> demangler) throws ElfException {
        return read(() -> SymbolTable.of(this, debugFile(), demangler));
    }

    /** The separate file with this file's debug information, found by build id or debug link and checked; null if there is none. */
    public ElfFile debugFile() {
        return debugFiles == null ? null : debugFiles.of(this);
    }

    /**
     * Virtual addresses of the GOT words in which the dynamic linker stores this module's number for thread-local storage
     * (R_X86_64_DTPMOD64 in .rela.dyn): those made for the whole module (symbol 0) first. Empty if the file has none.
     */
    public long[] tlsModuleSlots() throws ElfException {
        return Relocations.tlsModuleSlots(this);
    }

    /**
     * A thread-local variable that the file exports (.dynsym); null if there is none of that name.
     *
     * @throws ElfException if symbols or relocations are damaged
     */
    public TlsVariable tlsVariable(String name) throws ElfException {
        return read(() -> TlsVariableReader.find(this, name));
    }

    /** Lets go of the file; the mapping itself goes when nothing refers to it any more. */
    @Override
    public void close() {
        if (debugFiles != null) {
            debugFiles.close();
        }
    }
}
