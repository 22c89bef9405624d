package dev.javelin.collector.hotspot;

import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.TargetMemory;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Full names of Java threads: JavaThread → java.lang.Thread → name (a String) → its array. The Thread object proves itself by
 * its field eetop, which holds the JavaThread's address; the String by its class. Where the fields are, HotSpot keeps in static
 * ints (java_lang_Thread::_name_offset and so on); a stripped libjvm has no such symbols, and gives no names. For one thread.
 */
final class ThreadNames {
    /** A name that is longer is cut: the rest says nothing to anybody. */
    private static final int MAX_CHARS = 4096;

    private static final int ATTEMPTS = 3;

    private final TargetMemory memory;
    private final OopReader heap;
    private final CodeLayout.JavaThreads thread;
    private final boolean handles;
    private final int eetopAt;
    private final int nameAt;
    private final int valueAt;
    private final int coderAt;
    private final KlassCheck strings;
    private final KlassCheck virtualThreads;

    ThreadNames(HotSpot hotSpot, CodeLayout layout) {
        VmStructs structs = hotSpot.structs();
        memory = hotSpot.mem();
        heap = new OopReader(hotSpot, layout);
        thread = layout.thread();
        VmField threadObj = structs.find("JavaThread._threadObj"); // an oop in JDK 8 and 11
        handles = "OopHandle".equals(threadObj.typeString());
        strings = new KlassCheck(structs, memory, heap, "java/lang/String");
        virtualThreads = new KlassCheck(structs, memory, heap, "java/lang/VirtualThread");
        Map<String, Long> statics = hotSpot.statics();
        eetopAt = value(statics, LibjvmStatics.THREAD + "13_eetop_offsetE");
        nameAt = value(statics, LibjvmStatics.THREAD + "12_name_offsetE");
        valueAt = value(statics, LibjvmStatics.STRING + "13_value_offsetE", LibjvmStatics.STRING + "12value_offsetE");
        coderAt = value(statics, LibjvmStatics.STRING + "13_coder_offsetE", LibjvmStatics.STRING + "12coder_offsetE");
    }

    private int value(Map<String, Long> statics, String... symbols) {
        for (String symbol : symbols) {
            Long address = statics.get(symbol);
            if (address != null) {
                return memory.readInt(address);
            }
        }
        return 0;
    }

    /**
     * The name of the platform (or carrier) thread; null when it cannot be read now.
     *
     * @param osName the kernel's name; when that is of another text, which it may be (the main thread is called java, and
     *     only a thread itself can change its name for the kernel), a name must be found twice to be believed; may be null
     */
    String name(long javaThread, String osName) {
        if (hasEnded(javaThread)) {
            return null;
        }
        String name = attempt(() -> ofPlatformThread(javaThread));
        if (name == null || osName == null || agrees(name, osName)) {
            return name;
        }
        String again = attempt(() -> ofPlatformThread(javaThread));
        return name.equals(again) ? name : null;
    }

    /** The name of the virtual thread that is mounted now, perhaps empty; null when none is, or it cannot be read. */
    String virtualName(long javaThread) {
        return thread.vthread() == CodeLayout.NONE ? null : attempt(() -> ofVirtualThread(javaThread));
    }

    /** Whether its memory was given back already: trying again, as for objects that move, would be in vain. */
    private boolean hasEnded(long javaThread) {
        try {
            memory.readLong(javaThread + thread.threadObj());
            return false;
        } catch (MemoryUnreadable e) {
            return true;
        }
    }

    private String attempt(Supplier<String> read) {
        if (eetopAt <= 0 || nameAt <= 0 || valueAt <= 0) {
            return null;
        }
        for (int i = 0; i < ATTEMPTS; i++) { // a collector may be moving just these objects
            try {
                String name = read.get();
                if (name != null) {
                    return name;
                }
            } catch (MemoryUnreadable e) {
                if (e.targetGone()) {
                    return null;
                }
            } catch (IndexOutOfBoundsException e) {
                // garbage
            }
        }
        return null;
    }

    /** Whether the kernel's name can be this one, cut to 15 bytes at its end or, in later JDKs, in the middle. */
    static boolean agrees(String name, String osName) {
        int dots = osName.indexOf("..");
        return name.startsWith(osName)
                || (dots > 0
                        && name.startsWith(osName.substring(0, dots))
                        && name.endsWith(osName.substring(dots + 2)));
    }

    private String ofPlatformThread(long javaThread) {
        if (!MethodReader.isPointer(javaThread)) {
            return null;
        }
        long object = handle(javaThread + thread.threadObj());
        return object == 0 || heap.readLong(object, eetopAt) != javaThread ? null : nameOf(object);
    }

    private String ofVirtualThread(long javaThread) {
        if (!MethodReader.isPointer(javaThread)) {
            return null;
        }
        long object = handle(javaThread + thread.vthread());
        return object == 0 || !virtualThreads.isInstance(object) ? null : nameOf(object);
    }

    private long handle(long address) {
        return heap.root(handles ? memory.readLong(address) : address);
    }

    private String nameOf(long thread) {
        long name = heap.field(thread, nameAt);
        if (name == 0 || !strings.isInstance(name)) {
            return null;
        }
        String text = text(name);
        return heap.field(thread, nameAt) == name ? text : null;
    }

    /** JDK 8 has chars and no coder; from 9 on there are bytes, one a character (coder 0) or two. */
    private String text(long string) {
        boolean bytes = coderAt > 0;
        boolean latin1 = bytes && heap.readByte(string, coderAt) == 0;
        long value = heap.field(string, valueAt);
        if (value == 0) {
            return null;
        }
        int length = heap.arrayLength(value);
        int size = Math.min(bytes ? length : length * 2, latin1 ? MAX_CHARS : MAX_CHARS * 2);
        if (length < 0 || size < 0) {
            return null;
        }
        byte[] chars = heap.arrayBytes(value, size);
        return new String(chars, latin1 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_16LE);
    }
}
