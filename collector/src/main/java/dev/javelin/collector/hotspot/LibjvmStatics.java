package dev.javelin.collector.hotspot;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Linkage names of those static variables of HotSpot that are needed and that its tables do not have: offsets of fields of Java
 * classes (javaClasses.hpp, in {@code int}s filled in at start-up), vtables, stub entries. Local symbols: a stripped libjvm has
 * none of them.
 */
final class LibjvmStatics {
    /** A vtable symbol's address is that of the offset to top and the type info; objects point behind these (Itanium C++ ABI). */
    static final int VTABLE_HEADER = 16;

    static final String CURRENT_THREAD = "_ZN6Thread12_thr_currentE";
    static final String STUB_ROUTINES = "_ZN12StubRoutines";
    static final String CONTINUATION = "_ZN28jdk_internal_vm_Continuation";
    static final String STACK_CHUNK = "_ZN26jdk_internal_vm_StackChunk";
    static final String ENTRY_RETURN_PC = "_ZN17ContinuationEntry10_return_pcE";
    static final String RETURN_BARRIER = STUB_ROUTINES + "19_cont_returnBarrierE";
    static final String CHUNK_STACK = "_ZN23InstanceStackChunkKlass16_offset_of_stackE";
    static final String THREAD = "_ZN16java_lang_Thread";
    static final String STRING = "_ZN16java_lang_String";
    static final String VIRTUAL_THREAD = "_ZN23java_lang_VirtualThread";
    /** With what the linkage names of tables of virtual functions begin; the length of the class's name and it itself follow. */
    static final String VTABLE = "_ZTV";

    static final String METHOD_VTABLE = "_ZTV6Method";
    /** ZGC with one generation, JDK 11 to 20 and with -XX:-ZGenerational's predecessor names. */
    static final String Z_BAD_MASK = "ZAddressBadMask";
    /** The same in JDK 21 to 23, where the new ZGC took the names. */
    static final String X_BAD_MASK = "XAddressBadMask";
    /** Generational ZGC. */
    static final String Z_LOAD_BAD_MASK = "ZPointerLoadBadMask";

    static final String Z_OLD_MASK = "ZPointerRemappedOldMask";
    static final String Z_YOUNG_MASK = "ZPointerRemappedYoungMask";
    static final String Z_OLD = "_ZN11ZGeneration4_oldE";
    static final String Z_YOUNG = "_ZN11ZGeneration6_youngE";

    private static final List<String> FIXED = List.of(
            Z_OLD_MASK,
            Z_YOUNG_MASK,
            Z_OLD,
            Z_YOUNG,
            CURRENT_THREAD,
            METHOD_VTABLE,
            CHUNK_STACK,
            ENTRY_RETURN_PC,
            RETURN_BARRIER,
            Z_BAD_MASK,
            X_BAD_MASK,
            Z_LOAD_BAD_MASK,
            CONTINUATION + "12_tail_offsetE",
            CONTINUATION + "14_parent_offsetE",
            STACK_CHUNK + "14_parent_offsetE",
            STACK_CHUNK + "12_size_offsetE",
            STACK_CHUNK + "10_sp_offsetE",
            STACK_CHUNK + "14_bottom_offsetE",
            STACK_CHUNK + "15_argsize_offsetE",
            STACK_CHUNK + "10_pc_offsetE",
            STACK_CHUNK + "13_flags_offsetE",
            THREAD + "12_name_offsetE",
            THREAD + "13_eetop_offsetE",
            STRING + "13_value_offsetE",
            STRING + "13_coder_offsetE",
            // JDK 8 and 11 have no underscore here
            THREAD + "11name_offsetE",
            STRING + "12value_offsetE",
            STRING + "12coder_offsetE",
            VIRTUAL_THREAD + "21_carrierThread_offsetE");

    private static final List<String> BLOB_CLASSES = List.of(
            "nmethod",
            "BufferBlob",
            "AdapterBlob",
            "VtableBlob",
            "MethodHandlesAdapterBlob",
            "RuntimeStub",
            "DeoptimizationBlob",
            "SafepointBlob",
            "ExceptionBlob",
            "UncommonTrapBlob",
            "OptimizedEntryBlob",
            "UpcallStub");

    private LibjvmStatics() {}

    /** All names, so that one pass over the symbol table finds them. */
    static Set<String> all(VmStructs structs) {
        Set<String> names = new LinkedHashSet<>(FIXED);
        for (String blob : BLOB_CLASSES) {
            names.add(vtable(blob));
        }
        for (String thread : structs.subtypes("JavaThread")) {
            names.add(vtable(thread));
        }
        return names;
    }

    /** The vtable symbol of a C++ class outside of namespaces. */
    static String vtable(String type) {
        return VTABLE.concat(Integer.toString(type.length())).concat(type);
    }

    /**
     * The variable's name in a nested linkage name ({@code "_ZN12StubRoutines10_cont_thawE"}: {@code "cont_thaw"}), without a
     * leading underscore; null where the name is of another form.
     */
    static String lastComponent(String linkageName) {
        int at = 3;
        String last = null;
        while (at < linkageName.length() && Character.isDigit(linkageName.charAt(at))) {
            int length = 0;
            while (at < linkageName.length() && Character.isDigit(linkageName.charAt(at))) {
                length = length * 10 + linkageName.charAt(at++) - '0';
            }
            if (length <= 0 || length > linkageName.length() - at) {
                return null;
            }
            last = linkageName.substring(at, at + length);
            at += length;
        }
        if (last == null || at != linkageName.length() - 1 || linkageName.charAt(at) != 'E') {
            return null;
        }
        return last.startsWith("_") ? last.substring(1) : last;
    }
}
