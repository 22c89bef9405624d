package dev.javelin.collector.hotspot;

import java.util.List;
import java.util.Map;

/**
 * Everything that a stack walker outside the JVM must know of one running HotSpot, as plain numbers: offsets in bytes,
 * absolute addresses in the target, and counts. Addresses hold for this process only; offsets for every process of this
 * libjvm build.
 *
 * <p>Where the numbers are from: {@code gHotSpotVMStructs} where it has the entry ({@link VmStructs}), else the values of
 * HotSpot's own static variables found by {@code .symtab} (field offsets of Java classes, stub entries, vtables), else, for
 * what neither has, the C++ sources, as said at each component. Checked on JDK 17.0.15 and 25.0.3, and found to fit 11, 21,
 * 26 and 27; of JDK 8, whose libjvm is stripped, kinds and the current thread are missing. Where a number does not
 * exist in a JDK or cannot be found it is {@link #NONE} for an offset and 0 for an address.
 *
 * @param codeLow first address of the code cache (CodeCache::_low_bound; JDK 8: of its only heap)
 * @param codeHigh first address after it (CodeCache::_high_bound), reserved memory included
 * @param heaps the code heaps: up to three with a segmented code cache, else one
 * @param heapBlockUsed offset in that block of the bool that says whether it is in use
 * @param heapBlockHeader bytes from the start of a segment-map block to its CodeBlob (sizeof HeapBlock, rounded up to 8)
 * @param blob fields of CodeBlob
 * @param kinds how blobs are told apart
 * @param nmethod fields of nmethod
 * @param interpreter where interpreted code is, and its frames
 * @param thread fields of JavaThread, and how to find the current one
 * @param oops how references in the heap are written
 * @param continuations virtual threads, or null on JDKs that have none
 * @param stubs entries of StubRoutines by their names without the leading underscore ({@code "call_stub_return_address"},
 *     {@code "cont_returnBarrier"}, {@code "jbyte_disjoint_arraycopy"}, …): absolute addresses of those that exist
 */
public record CodeLayout(
        long codeLow,
        long codeHigh,
        List<Heap> heaps,
        int heapBlockHeader,
        int heapBlockUsed,
        Blob blob,
        BlobKinds kinds,
        NMethod nmethod,
        Interpreter interpreter,
        JavaThreads thread,
        Oops oops,
        Continuations continuations,
        Map<String, Long> stubs) {

    /** An offset of a field that this JDK does not have. */
    public static final int NONE = -1;

    /**
     * Reads the layout of a running JVM.
     *
     * @throws HotSpotException when the JVM has not set up its code cache and interpreter yet (try again a little later),
     *     has ended, or its tables lack something that cannot be done without; the message says which
     */
    public static CodeLayout of(HotSpot hotSpot) throws HotSpotException {
        return new CodeLayoutReader(hotSpot).read();
    }

    /** Absolute address of a stub entry by its name without the leading underscore; 0 where this JVM has none. */
    public long stub(String name) {
        return stubs.getOrDefault(name, 0L);
    }

    /**
     * One code heap (CodeHeap._memory, ._segmap, ._log2_segment_size).
     *
     * @param low first address
     * @param high first address after the reserved memory; code can appear up to here while the JVM runs
     * @param segmap address of the segment map, one byte for each segment: 0xff free, 0 the first segment of a block, else
     *     how many segments to go back, perhaps in several hops
     * @param log2SegmentSize log2 of the segment size in bytes (7 by default)
     */
    public record Heap(long low, long high, long segmap, int log2SegmentSize) {}

    /**
     * Fields of CodeBlob.
     *
     * @param name pointer to a C string
     * @param size int, bytes of the whole blob (in JDK 25 without its mutable and immutable data)
     * @param frameSize int, in words, return address and saved rbp included
     * @param frameComplete offset from code begin at which the frame is set up
     * @param frameCompleteWidth its width in bytes: 4 (JDK 17) or 2, signed (JDK 25)
     * @param codeBegin pointer to the first instruction, or, if {@code codeIsRelative}, an int: its offset from the blob
     * @param codeEnd pointer to the end of the instructions and stubs, or an int: the offset of the data that follows them
     * @param codeIsRelative whether the two are ints relative to the blob (JDK 8 and from 23 on)
     */
    public record Blob(
            int name,
            int size,
            int frameSize,
            int frameComplete,
            int frameCompleteWidth,
            int codeBegin,
            int codeEnd,
            boolean codeIsRelative) {}

    /**
     * How a blob's kind is told: by a byte (CodeBlob._kind, from JDK 22 on) or by the pointer to its C++ vtable in its first
     * word. A kind that this JVM does not have, or whose vtable symbol is stripped, is 0.
     *
     * @param offset offset in the blob
     * @param width bytes to compare: 1 or 8
     * @param nmethod compiled methods, native wrappers included
     * @param buffer BufferBlob: the interpreter, StubRoutines, and other assembled code
     * @param adapter i2c/c2i adapters
     * @param vtable vtable and itable stubs
     * @param methodHandles adapters for method handle intrinsics
     * @param runtimeStub calls from compiled code into the VM
     * @param deoptimization the deopt blob
     * @param safepoint poll handlers, whose return address is a poll and not a call's
     * @param exception the exception blob of C2
     * @param uncommonTrap the uncommon trap blob of C2
     * @param upcall upcalls of the foreign function interface
     */
    public record BlobKinds(
            int offset,
            int width,
            long nmethod,
            long buffer,
            long adapter,
            long vtable,
            long methodHandles,
            long runtimeStub,
            long deoptimization,
            long safepoint,
            long exception,
            long uncommonTrap,
            long upcall) {}

    /**
     * Fields of nmethod.
     *
     * @param method Method*
     * @param compileId int: changes when the memory is used for another compilation
     * @param level compilation level 0 to 4
     * @param levelWidth its width in bytes: 4 (JDK 17) or 1 (JDK 25)
     * @param deoptHandler pointer to the deoptimisation handler, or, if {@code deoptIsRelative}, an int offset from the blob
     * @param deoptMhHandler likewise for method-handle calls; NONE from JDK 26 on
     * @param deoptIsRelative whether the two are ints relative to the blob
     * @param origPc int field: offset from the frame's unextended sp at which a deoptimised frame keeps its real pc
     */
    public record NMethod(
            int method,
            int compileId,
            int level,
            int levelWidth,
            int deoptHandler,
            int deoptMhHandler,
            boolean deoptIsRelative,
            int origPc) {}

    /**
     * The template interpreter. Slots are in words from rbp (frame_x86.hpp).
     *
     * @param low first address of the interpreter's code (AbstractInterpreter::_code, StubQueue._stub_buffer)
     * @param high first address after it
     * @param senderSpSlot caller's stack pointer, absolute except in frozen frames
     * @param methodSlot Method*
     * @param bcpSlot pointer to the current bytecode
     * @param methodConstMethod offset of Method._constMethod
     * @param constMethodSize bytes from a ConstMethod to its first bytecode (sizeof ConstMethod)
     * @param constMethodCodeSize offset of the u2 ConstMethod._code_size
     */
    public record Interpreter(
            long low,
            long high,
            int senderSpSlot,
            int methodSlot,
            int bcpSlot,
            int methodConstMethod,
            int constMethodSize,
            int constMethodCodeSize) {}

    /**
     * JavaThread, and the way to the current one: fs base → [+8] the dtv → [+16 * module id] libjvm's TLS block → [+ offset].
     *
     * @param anchorSp offset in JavaThread of _anchor._last_Java_sp
     * @param anchorPc of _anchor._last_Java_pc
     * @param anchorFp of _anchor._last_Java_fp
     * @param savedExceptionPc of _saved_exception_pc: where a poll or an implicit exception trapped
     * @param osThread of the OSThread*
     * @param osThreadId offset in OSThread of the int kernel thread id
     * @param stackBase of the highest address of the stack
     * @param stackSize of the stack's size in bytes
     * @param threadState of the int _thread_state
     * @param contEntry of the ContinuationEntry* of the mounted virtual thread; NONE before JDK 19
     * @param threadObj of the OopHandle of the java.lang.Thread of the platform or carrier thread
     * @param vthread of the OopHandle of the current java.lang.Thread, virtual or not; NONE before JDK 19
     * @param callWrapperSlot slot of the JavaCallWrapper* in a call stub's frame, in words from rbp
     * @param callWrapperAnchor offset in JavaCallWrapper of the previous JavaFrameAnchor (sp, pc, fp as in JavaThread)
     * @param tlsOffset offset of Thread::_thr_current in libjvm's TLS block; NONE where stripped
     * @param tlsModule module id of libjvm in this process; 0 if it could not be found
     * @param vtables values of the first word of a JavaThread or one of its subclasses: a thread with another is no
     *     JavaThread and has no anchor. Several, never none once the JVM has started
     */
    public record JavaThreads(
            int anchorSp,
            int anchorPc,
            int anchorFp,
            int savedExceptionPc,
            int osThread,
            int osThreadId,
            int stackBase,
            int stackSize,
            int threadState,
            int contEntry,
            int threadObj,
            int vthread,
            int callWrapperSlot,
            int callWrapperAnchor,
            int tlsOffset,
            int tlsModule,
            List<Long> vtables) {}

    /**
     * How a reference in a Java object is turned into an address.
     *
     * @param narrow whether references are 4 bytes: address = base + (value &lt;&lt; shift), 0 is null
     * @param base added to a narrow reference
     * @param shift of a narrow reference
     * @param colours 0: none. 1: ZGC with one generation (JDK 11 to 23): the value is an address. 2: generational ZGC: the
     *     address is value &gt;&gt; (13 + the index of the single bit set in bits 12 to 15 of value). With 1 and 2 the object may
     *     have moved if {@code value & *badMask != 0}
     * @param badMask address of ZAddressBadMask (1) or ZPointerLoadBadMask (2); 0 without colours or where stripped
     */
    public record Oops(boolean narrow, long base, int shift, int colours, long badMask) {}

    /**
     * Continuations. Offsets are in bytes; those of jdk.internal.vm.StackChunk and .Continuation come from static variables
     * ({@code jdk_internal_vm_StackChunk::_sp_offset} and so on). The references among them are as {@link Oops} says.
     *
     * @param returnPc ContinuationEntry::_return_pc: the pc at which the carrier's enterSpecial frame goes on
     * @param entrySize bytes of a ContinuationEntry on the stack: the carrier's frame pointer is right above it
     * @param entryParent offset in it of the parent entry
     * @param entryCont offset in it of the Continuation, a full-width uncoloured reference
     * @param tail offset in Continuation of the StackChunk that is on top
     * @param continuationParent offset in Continuation of the enclosing Continuation
     * @param chunkParent offset in StackChunk of the next older chunk
     * @param chunkSize int, words of its stack
     * @param chunkSp int, index in words of the topmost frozen frame
     * @param chunkBottom int, index in words of the end of the frozen frames (JDK 25); NONE where {@code chunkArgsize} is
     * @param chunkArgsize int, words of stack arguments at the end (JDK 21); NONE where {@code chunkBottom} is
     * @param chunkPc long, the pc of the topmost frozen frame
     * @param chunkFlags byte
     * @param chunkStack offset in StackChunk of its stack (InstanceStackChunkKlass::_offset_of_stack)
     */
    public record Continuations(
            long returnPc,
            int entrySize,
            int entryParent,
            int entryCont,
            int tail,
            int continuationParent,
            int chunkParent,
            int chunkSize,
            int chunkSp,
            int chunkBottom,
            int chunkArgsize,
            int chunkPc,
            int chunkFlags,
            int chunkStack) {}
}
