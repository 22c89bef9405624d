package dev.javelin.collector.hotspot;

import dev.javelin.collector.hotspot.CodeLayout.Blob;
import dev.javelin.collector.hotspot.CodeLayout.BlobKinds;
import dev.javelin.collector.hotspot.CodeLayout.Continuations;
import dev.javelin.collector.hotspot.CodeLayout.Heap;
import dev.javelin.collector.hotspot.CodeLayout.Interpreter;
import dev.javelin.collector.hotspot.CodeLayout.JavaThreads;
import dev.javelin.collector.hotspot.CodeLayout.NMethod;
import dev.javelin.collector.hotspot.CodeLayout.Oops;
import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.TargetMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** Fills a {@link CodeLayout}: every name that differs between JDKs stands here, as alternatives of one lookup. */
final class CodeLayoutReader {
    private static final int NONE = CodeLayout.NONE;
    private static final int MAX_HEAPS = 16;
    /** Bytes of its mappings, more than any build has. */
    private static final long MAX_LIBJVM = 256L << 20;

    private static final int STUB_START = 48;

    private final HotSpot hotSpot;
    private final VmStructs structs;
    private final TargetMemory memory;
    private final Map<String, Long> statics;

    CodeLayoutReader(HotSpot hotSpot) {
        this.hotSpot = hotSpot;
        this.structs = hotSpot.structs();
        this.memory = hotSpot.mem();
        this.statics = hotSpot.statics();
    }

    CodeLayout read() throws HotSpotException {
        try {
            List<Heap> heaps = heaps();
            long low = Long.MAX_VALUE;
            long high = 0;
            for (Heap heap : heaps) {
                low = Math.min(low, heap.low());
                high = Math.max(high, heap.high());
            }
            low = bound("CodeCache._low_bound", low);
            high = bound("CodeCache._high_bound", high);
            return new CodeLayout(
                    low,
                    high,
                    heaps,
                    (structs.sizeOf("HeapBlock") + 7) & -8,
                    (int) structs.anyOffset("HeapBlock::Header._used"),
                    blob(),
                    kinds(),
                    nmethod(),
                    interpreter(),
                    threads(),
                    oops(),
                    continuations(),
                    stubs(low, high));
        } catch (MemoryUnreadable | IllegalStateException e) {
            throw new HotSpotException("process " + hotSpot.pid() + ": " + e.getMessage(), e);
        }
    }

    private List<Heap> heaps() throws HotSpotException {
        List<Heap> heaps = new ArrayList<>();
        OptionalLong list = structs.findAddress("CodeCache._heaps");
        if (list.isEmpty()) { // JDK 8 has one
            heaps.add(heap(started(memory.readLong(structs.anyAddress("CodeCache._heap")), "code cache")));
            return heaps;
        }
        long array = started(memory.readLong(list.getAsLong()), "code cache");
        int length = memory.readInt(array + structs.anyOffset("GrowableArrayBase._len", "GenericGrowableArray._len"));
        long data = memory.readLong(array + structs.anyOffset("GrowableArray<int>._data"));
        for (int i = 0; i < Math.min(length, MAX_HEAPS); i++) {
            heaps.add(heap(memory.readLong(data + 8L * i)));
        }
        started(heaps.size(), "code cache");
        return heaps;
    }

    private Heap heap(long heap) throws HotSpotException {
        long space = heap + structs.anyOffset("CodeHeap._memory");
        long segmap = heap + structs.anyOffset("CodeHeap._segmap");
        long low = structs.anyOffset("VirtualSpace._low");
        long lowBoundary = structs.anyOffset("VirtualSpace._low_boundary");
        long highBoundary = structs.anyOffset("VirtualSpace._high_boundary");
        return new Heap(
                started(memory.readLong(space + lowBoundary), "code heap"),
                memory.readLong(space + highBoundary),
                started(memory.readLong(segmap + low), "segment map"),
                memory.readInt(heap + structs.anyOffset("CodeHeap._log2_segment_size")));
    }

    private long bound(String field, long ofHeaps) {
        long address = address(field);
        return address == 0 ? ofHeaps : memory.readLong(address);
    }

    private Blob blob() {
        boolean relative = !structs.has("CodeBlob", "_code_begin");
        return new Blob(
                at("CodeBlob._name"),
                at("CodeBlob._size"),
                at("CodeBlob._frame_size"),
                at("CodeBlob._frame_complete_offset"),
                structs.width("CodeBlob._frame_complete_offset"),
                relative ? at("CodeBlob._code_offset") : at("CodeBlob._code_begin"),
                relative ? at("CodeBlob._data_offset") : at("CodeBlob._code_end"),
                relative);
    }

    private BlobKinds kinds() {
        int kind = (int) structs.offsetOrMinusOne("CodeBlob._kind");
        if (kind == NONE) {
            return new BlobKinds(
                    0,
                    8,
                    vtable("nmethod"),
                    vtable("BufferBlob"),
                    vtable("AdapterBlob"),
                    vtable("VtableBlob"),
                    vtable("MethodHandlesAdapterBlob"),
                    vtable("RuntimeStub"),
                    vtable("DeoptimizationBlob"),
                    vtable("SafepointBlob"),
                    vtable("ExceptionBlob"),
                    vtable("UncommonTrapBlob"),
                    Math.max(vtable("OptimizedEntryBlob"), vtable("UpcallStub")));
        }
        return new BlobKinds(
                kind,
                1,
                blobKind("Nmethod"),
                blobKind("Buffer"),
                blobKind("Adapter"),
                blobKind("Vtable"),
                blobKind("MHAdapter"),
                blobKind("RuntimeStub"),
                blobKind("Deoptimization"),
                blobKind("Safepoint"),
                blobKind("Exception"),
                blobKind("UncommonTrap"),
                blobKind("Upcall"));
    }

    private long blobKind(String name) {
        return structs.constantOr("CodeBlobKind::" + name, 0);
    }

    private long vtable(String type) {
        Long symbol = statics.get(LibjvmStatics.vtable(type));
        return symbol == null ? 0 : symbol + LibjvmStatics.VTABLE_HEADER;
    }

    private NMethod nmethod() {
        String[] pointers = {"CompiledMethod._deopt_handler_begin", "nmethod._deopt_handler_begin"};
        boolean relative = structs.find(pointers) == null;
        return new NMethod(
                at("nmethod._method", "CompiledMethod._method"),
                at("nmethod._compile_id"),
                at("nmethod._comp_level"),
                structs.width("nmethod._comp_level"),
                relative
                        ? at(
                                "nmethod._deopt_handler_offset",
                                "nmethod._deopt_handler_entry_offset",
                                "nmethod._deoptimize_offset")
                        : at(pointers),
                maybe(
                        "CompiledMethod._deopt_mh_handler_begin",
                        "nmethod._deopt_mh_handler_begin",
                        "nmethod._deopt_mh_handler_offset",
                        "nmethod._deoptimize_mh_offset"),
                relative,
                at("nmethod._orig_pc_offset"));
    }

    private Interpreter interpreter() throws HotSpotException {
        long queue = started(memory.readLong(structs.anyAddress("AbstractInterpreter._code")), "interpreter");
        long buffer = started(memory.readLong(queue + at("StubQueue._stub_buffer")), "interpreter");
        int limit = memory.readInt(queue + at("StubQueue._buffer_limit"));
        // JDK 9 put the mirror between the method and the rest (frame_x86.hpp)
        boolean hasMirror = hotSpot.majorVersion() >= 9;
        return new Interpreter(
                buffer,
                buffer + limit,
                (int) structs.constantOr("frame::interpreter_frame_sender_sp_offset", -1),
                -3,
                hasMirror ? -8 : -7,
                at("Method._constMethod"),
                structs.sizeOf("ConstMethod"),
                at("ConstMethod._code_size"));
    }

    private JavaThreads threads() {
        int anchor = at("JavaThread._anchor");
        return new JavaThreads(
                anchor + at("JavaFrameAnchor._last_Java_sp"),
                anchor + at("JavaFrameAnchor._last_Java_pc"),
                anchor + at("JavaFrameAnchor._last_Java_fp"),
                maybe("JavaThread._saved_exception_pc"),
                at("Thread._osthread", "JavaThread._osthread"),
                at("OSThread._thread_id"),
                at("JavaThread._stack_base", "Thread._stack_base"),
                at("JavaThread._stack_size", "Thread._stack_size"),
                at("JavaThread._thread_state"),
                contEntry(),
                at("JavaThread._threadObj"),
                maybe("JavaThread._vthread"),
                (int) structs.constantOr("frame::entry_frame_call_wrapper_offset", -6),
                at("JavaCallWrapper._anchor"),
                (int) hotSpot.threadLocalOffset(LibjvmStatics.CURRENT_THREAD).orElse(NONE),
                TlsModule.of(hotSpot),
                threadVtables());
    }

    /** Those of the symbol table; where libjvm is stripped, those of the threads that are alive. */
    private List<Long> threadVtables() {
        Set<Long> vtables = new LinkedHashSet<>();
        for (String type : structs.subtypes("JavaThread")) {
            long vtable = vtable(type);
            if (vtable != 0) {
                vtables.add(vtable);
            }
        }
        if (vtables.isEmpty()) {
            for (long thread : new JavaThreadList(hotSpot).threads()) {
                vtableOf(thread).ifPresent(vtables::add);
            }
        }
        return List.copyOf(vtables);
    }

    /** The list of threads changes while it is read: of one that is none any more the first word leads elsewhere. */
    private OptionalLong vtableOf(long thread) {
        try {
            long vtable = memory.readLong(thread);
            return isInLibjvm(vtable) && isInLibjvm(memory.readLong(vtable))
                    ? OptionalLong.of(vtable)
                    : OptionalLong.empty();
        } catch (MemoryUnreadable e) {
            return OptionalLong.empty();
        }
    }

    private boolean isInLibjvm(long address) {
        return address > hotSpot.loadBias() && address - hotSpot.loadBias() < MAX_LIBJVM;
    }

    private Oops oops() {
        boolean narrow = hotSpot.flag("UseCompressedOops", false);
        long base = address("CompressedOops._base", "CompressedOops._narrow_oop._base", "Universe._narrow_oop._base");
        long shift =
                address("CompressedOops._shift", "CompressedOops._narrow_oop._shift", "Universe._narrow_oop._shift");
        boolean coloured = hotSpot.flag("UseZGC", false);
        boolean generational = coloured && (hotSpot.majorVersion() >= 24 || hotSpot.flag("ZGenerational", false));
        String mask = generational ? LibjvmStatics.Z_LOAD_BAD_MASK : LibjvmStatics.Z_BAD_MASK;
        return new Oops(
                narrow,
                base == 0 || !narrow ? 0 : memory.readLong(base),
                shift == 0 || !narrow ? 0 : memory.readInt(shift),
                generational ? 2 : coloured ? 1 : 0,
                coloured ? badMask(mask) : 0);
    }

    private long badMask(String symbol) {
        Long ofOldOne = symbol.equals(LibjvmStatics.Z_BAD_MASK) ? statics.get(LibjvmStatics.X_BAD_MASK) : null;
        return ofOldOne != null ? ofOldOne : statics.getOrDefault(symbol, 0L);
    }

    /** JavaThread's offset of the ContinuationEntry*; NONE before JDK 19. */
    private int contEntry() {
        int offset = maybe("JavaThread._cont_entry");
        Long barrier = statics.get(LibjvmStatics.RETURN_BARRIER);
        if (offset != NONE || barrier == null) {
            return offset;
        }
        // not in the tables of JDK 21, but in the first instructions of the stub: mov rsp, [r15 + offset] is 49 8b a7
        // disp32
        long entry = memory.readLong(barrier);
        ByteBuffer code = ByteBuffer.wrap(memory.readBytes(entry, STUB_START)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i + 7 <= STUB_START; i++) {
            if (code.getShort(i) == (short) 0x8b49 && code.get(i + 2) == (byte) 0xa7) {
                return code.getInt(i + 3);
            }
        }
        return NONE;
    }

    private Continuations continuations() {
        long returnPc = address("ContinuationEntry._return_pc");
        returnPc = returnPc != 0 ? returnPc : statics.getOrDefault(LibjvmStatics.ENTRY_RETURN_PC, 0L);
        if (returnPc == 0 || value(LibjvmStatics.CHUNK_STACK) <= 0) {
            return null;
        }
        // continuationEntry.hpp: a word of platform data (empty on x86, but there), the parent, the continuation. 64
        // bytes in
        // JDK 21, which has no type for it in its tables; seen to be so in 21, 25, 26 and 27
        int size = structs.hasType("ContinuationEntry") ? structs.sizeOf("ContinuationEntry") : 64;
        int parent = 8;
        return new Continuations(
                memory.readLong(returnPc),
                (size + 15) & -16,
                parent,
                parent + 8,
                value(LibjvmStatics.CONTINUATION + "12_tail_offsetE"),
                value(LibjvmStatics.CONTINUATION + "14_parent_offsetE"),
                value(LibjvmStatics.STACK_CHUNK + "14_parent_offsetE"),
                value(LibjvmStatics.STACK_CHUNK + "12_size_offsetE"),
                value(LibjvmStatics.STACK_CHUNK + "10_sp_offsetE"),
                value(LibjvmStatics.STACK_CHUNK + "14_bottom_offsetE"),
                value(LibjvmStatics.STACK_CHUNK + "15_argsize_offsetE"),
                value(LibjvmStatics.STACK_CHUNK + "10_pc_offsetE"),
                value(LibjvmStatics.STACK_CHUNK + "13_flags_offsetE"),
                value(LibjvmStatics.CHUNK_STACK));
    }

    /** Those of the tables and of the symbol table; of the latter only what holds an address in the code cache. */
    private Map<String, Long> stubs(long low, long high) {
        Map<String, Long> stubs = new HashMap<>();
        for (VmField field : structs.fieldsOf("StubRoutines")) {
            if (field.isStatic() && field.typeString().equals("address")) {
                String name = field.name().startsWith("_") ? field.name().substring(1) : field.name();
                putIfCode(stubs, name, memory.readLong(field.value()), low, high);
            }
        }
        MemoryWindow snapshot = new MemoryWindow(memory);
        for (Map.Entry<String, Long> symbol : hotSpot.stubStatics().entrySet()) {
            String name = LibjvmStatics.lastComponent(symbol.getKey());
            if (name != null) {
                putIfCode(stubs, name, snapshot.readLong(symbol.getValue()), low, high);
            }
        }
        return Map.copyOf(stubs);
    }

    private static void putIfCode(Map<String, Long> stubs, String name, long entry, long low, long high) {
        if (Long.compareUnsigned(entry, low) >= 0 && Long.compareUnsigned(entry, high) < 0) {
            stubs.putIfAbsent(name, entry);
        }
    }

    private int at(String... alternatives) {
        return (int) structs.anyOffset(alternatives);
    }

    private int maybe(String... alternatives) {
        return (int) structs.offsetOrMinusOne(alternatives);
    }

    private long address(String... alternatives) {
        return structs.findAddress(alternatives).orElse(0);
    }

    /** The value of a static int found by its symbol. */
    private int value(String symbol) {
        Long address = statics.get(symbol);
        return address == null ? NONE : memory.readInt(address);
    }

    private long started(long pointer, String what) throws HotSpotException {
        if (pointer == 0) {
            throw new HotSpotException(
                    "process " + hotSpot.pid() + ": the JVM is still starting, it has no " + what + " yet");
        }
        return pointer;
    }
}
