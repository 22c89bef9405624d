package dev.javelin.collector.attach;

import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.proc.Mapping;
import dev.javelin.collector.proc.ProcFiles;
import dev.javelin.collector.proc.ProcMaps;
import dev.javelin.collector.session.JavelinException;
import java.io.IOException;
import java.util.List;

/**
 * What a process has loaded, by its mappings: to be looked at before anything is done to it. No right to read its memory is needed.
 *
 * @param pid the process
 * @param mappings its mappings
 */
record LoadedLibraries(int pid, List<Mapping> mappings) {
    /** Where {@link ProfilerDirectory} puts libraries. */
    private static final String OWN = "/.javelin-";
    /** By which HotSpot describes itself; every libjvm of HotSpot's exports it. */
    private static final String HOTSPOT = "gHotSpotVMStructs";

    /**
     * Looks.
     *
     * @throws IOException if the process is gone, or may not be looked at
     */
    static LoadedLibraries of(int pid) throws IOException {
        return new LoadedLibraries(pid, ProcMaps.read(pid));
    }

    /**
     * Other JVMs take the signal by which HotSpot is attached to for something else, such as dumps that stop them for long.
     *
     * @throws JavelinException if it is one of those
     */
    void requireHotSpot() {
        Mapping libjvm = null;
        for (Mapping mapping : mappings) {
            if (mapping.fileName().startsWith("libj9vm")) {
                throw notHotSpot("it has loaded " + mapping.path() + ", which is OpenJ9");
            }
            libjvm = libjvm == null && mapping.isFile() && mapping.fileName().equals("libjvm.so") ? mapping : libjvm;
        }
        if (libjvm == null) {
            throw notHotSpot("it has no libjvm.so mapped");
        }
        if (!describesItself(libjvm)) {
            throw notHotSpot(libjvm.path() + " has no " + HOTSPOT);
        }
    }

    /** True of one that cannot be read, too: it may have been deleted by an update of the JDK. */
    private boolean describesItself(Mapping libjvm) {
        try (ElfFile file = ElfFile.open(ProcFiles.open(pid, libjvm))) {
            return file.address(HOTSPOT).isPresent();
        } catch (IOException e) {
            return true;
        }
    }

    private JavelinException notHotSpot(String why) {
        return JavelinException.failed("process " + pid
                + " cannot be recorded in user-space mode, which attaches as HotSpot" + " knows it: " + why);
    }

    /** Whether {@link ProfilerDirectory} has put a library of this name there before. */
    boolean hasOwn(String own) {
        return mappings.stream()
                .anyMatch(mapping ->
                        mapping.fileName().equals(own) && mapping.path().contains(OWN));
    }

    /**
     * Two profilers of the same kind would take each other's signals, and so would two versions of it.
     *
     * @param kind how their files' names begin
     * @param own the file's name of the one that may be there
     * @throws JavelinException because of a {@link LibraryRefused} if another is loaded
     */
    void requireNoOther(String kind, String own) {
        for (Mapping mapping : mappings) {
            if (!mapping.fileName().startsWith(kind)) {
                continue;
            }
            if (!mapping.path().contains(OWN)) {
                throw refused("another async-profiler is loaded into process " + pid + ", " + mapping.path()
                        + ": two would disturb each other; use that one, or restart the application");
            }
            if (!mapping.fileName().equals(own)) {
                throw refused("another version of Javelin has loaded " + mapping.fileName()
                        + " into process " + pid + ", beside which this one's, " + own
                        + ", cannot work: use that version, or restart the application");
            }
        }
    }

    private static JavelinException refused(String reason) {
        return JavelinException.failed(reason, new LibraryRefused(reason));
    }
}
