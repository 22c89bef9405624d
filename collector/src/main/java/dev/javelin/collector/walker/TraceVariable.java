package dev.javelin.collector.walker;

import dev.javelin.collector.elf.TlsVariable;
import dev.javelin.collector.elf.TlsVariable.Reference;
import dev.javelin.collector.proc.Mapping;
import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.TargetMemory;
import java.util.List;

/**
 * Where the threads of a process publish the span that they work on: OpenTelemetry's thread context, OTEP 4947 (source and layout:
 * trace_context.h), a thread-local variable {@link #NAME} that some mapped file exports. Glibc says where it is in what it fills in for the file: of
 * a module that was loaded with room beside the thread pointer the offset from there, of others the module's number and the offset in the block that
 * each thread gets for it when it first needs it.
 *
 * @param module number of the module; {@link #STATIC} if the offset is from the thread pointer on; 0 if nothing is published, or not to be found
 * @param offset bytes
 * @param unread the file that publishes in a way that is not to be found; empty if there is none
 */
public record TraceVariable(long module, long offset, String unread) {
    /** The variable; a pointer. */
    static final String NAME = "otel_thread_ctx_v1";

    /** STATIC_MODULE */
    static final long STATIC = -1;

    /** Nothing is published. */
    public static final TraceVariable NONE = new TraceVariable(0, 0, "");

    private static final long MOST_MODULES = 10_000;
    /** A thread-local block, and what lies beside the thread pointer, is smaller. */
    private static final long FARTHEST = 1L << 32;

    /** Looks into the files of a process; what is filled in is read from its memory. */
    public static TraceVariable find(NativeObjects objects, TargetMemory memory, List<Mapping> executable) {
        String unread = "";
        for (Mapping mapping : executable) {
            NativeObject object = objects.open(memory, mapping);
            TlsVariable variable = object == null ? null : object.traceVariable();
            if (variable == null) {
                continue;
            }
            TraceVariable found = of(variable, memory, object.bias(mapping));
            if (found != null) {
                return found;
            }
            unread = object.name();
        }
        return new TraceVariable(0, 0, unread);
    }

    private static TraceVariable of(TlsVariable variable, TargetMemory memory, long bias) {
        for (Reference reference : variable.references()) {
            try {
                TraceVariable found = of(reference, variable.offset(), memory, bias + reference.slot());
                if (found != null) {
                    return found;
                }
            } catch (MemoryUnreadable e) {
                // not filled in as we know it: another reference may be
            }
        }
        return variable.threadOffset() < 0 ? besideThreadPointer(variable.threadOffset()) : null;
    }

    /** Null if that is not filled in, or for a variable of another file. */
    private static TraceVariable of(Reference reference, long offset, TargetMemory memory, long slot) {
        return switch (reference.kind()) {
            case DESCRIPTOR -> ofDescriptor(memory, memory.readLong(slot + 8), reference.adjustment(), offset);
            case THREAD_OFFSET -> besideThreadPointer(memory.readLong(slot) + reference.adjustment());
            case MODULE -> inModule(memory.readLong(slot), offset, offset);
            case MODULE_AND_OFFSET -> inModule(memory.readLong(slot), memory.readLong(slot + 8), offset);
        };
    }

    /**
     * By a descriptor's argument: an offset from the thread pointer, or the address of module and offset (struct tlsdesc_dynamic_arg of glibc's
     * sysdeps/x86_64/dl-tlsdesc.h at 04277e02d7f5, 2019; met so in 2.36). Before 2.34 (bug 27137) it may be that of the relocation until
     * the variable is first used.
     */
    private static TraceVariable ofDescriptor(TargetMemory memory, long argument, long adjustment, long offset) {
        return argument <= 0
                ? besideThreadPointer(argument + adjustment)
                : inModule(memory.readLong(argument), memory.readLong(argument + 8) + adjustment, offset);
    }

    private static TraceVariable besideThreadPointer(long offset) {
        return offset < 0 && offset > -FARTHEST ? new TraceVariable(STATIC, offset, "") : null;
    }

    private static TraceVariable inModule(long module, long found, long offset) {
        return module > 0 && module <= MOST_MODULES && found == offset ? new TraceVariable(module, offset, "") : null;
    }
}
