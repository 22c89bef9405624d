package dev.javelin.collector.walker;

import dev.javelin.bpf.BpfObject;

/**
 * The BPF programs and maps of a recording, loaded; nothing is attached yet. The kernel's verifier takes most of the time. Closed by
 * the {@link Walker} that is made of it, or else by whoever has loaded it.
 */
public final class Programs implements AutoCloseable {
    private final BpfObject object;
    private final WalkerSettings settings;

    private Programs(BpfObject object, WalkerSettings settings) {
        this.object = object;
        this.settings = settings;
    }

    /**
     * Loads them.
     *
     * @throws dev.javelin.bpf.BpfException when the kernel refuses
     */
    public static Programs load(WalkerSettings settings) {
        BpfObject object = BpfObject.open("javelin");
        try {
            chooseFrames(object, settings);
            object.global("every_exec", settings.everyExec() ? 1 : 0);
            object.maxEntries("ring", settings.ringBytes());
            object.maxEntries("unwind_rows", settings.unwindRows());
            object.maxEntries("mappings", settings.mappings());
            settings.probes().prepare(object);
            object.load();
            return new Programs(object, settings);
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    static void chooseFrames(BpfObject object, WalkerSettings settings) {
        object.global("max_frames", settings.maxFrames());
        object.global("record_kernel_frames", settings.kernelFrames() ? 1 : 0);
        object.global("record_user_frames", settings.userFrames() ? 1 : 0);
        object.global("wakeup_bytes", settings.ringBytes() / 4);
    }

    /** Whether they are what these settings ask for; never if those have probes. */
    public boolean fit(WalkerSettings wanted) {
        return settings.serve(wanted);
    }

    BpfObject object() {
        return object;
    }

    @Override
    public void close() {
        object.close();
    }
}
