package dev.javelin.collector.walker;

import dev.javelin.collector.elf.ElfException;
import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.proc.Mapping;
import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.ProcFiles;
import dev.javelin.collector.proc.TargetMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The ELF objects of all targets, each opened once however many processes map it. A file is known by device and inode, so one that
 * was replaced on disk while it runs is another object. Used by one thread at a time.
 */
public final class NativeObjects {
    private static final String VDSO = "[vdso]";

    private final Map<String, NativeObject> byFile = new HashMap<>();
    private final List<NativeObject> byId = new ArrayList<>();

    public NativeObjects() {
        byId.add(null);
    }

    /** The object with this id; null for 0 and for ids that were never given out. */
    public NativeObject get(int id) {
        return id > 0 && id < byId.size() ? byId.get(id) : null;
    }

    /** The object behind a mapping, null if there is none or it cannot be read. */
    public NativeObject open(TargetMemory memory, Mapping mapping) {
        boolean vdso = mapping.path().equals(VDSO);
        if (!vdso && !mapping.isFile()) {
            return null;
        }
        String key = vdso ? VDSO : mapping.device() + ":" + mapping.inode();
        NativeObject known = byFile.get(key);
        if (known != null) {
            return known;
        }
        ElfFile file = vdso ? vdso(memory, mapping) : openFile(memory.pid(), mapping);
        if (file == null) {
            return null;
        }
        NativeObject object = add(vdso ? VDSO : mapping.fileName(), file);
        byFile.put(key, object);
        return object;
    }

    private NativeObject add(String name, ElfFile file) {
        NativeObject object = new NativeObject(byId.size(), name, file);
        byId.add(object);
        object.compileTable();
        return object;
    }

    private static ElfFile openFile(int pid, Mapping mapping) {
        try {
            return ElfFile.open(ProcFiles.open(pid, mapping));
        } catch (IOException e) {
            return null;
        }
    }

    private static ElfFile vdso(TargetMemory memory, Mapping mapping) {
        try {
            return ElfFile.of(ByteBuffer.wrap(memory.readBytes(mapping.start(), (int) mapping.size())));
        } catch (ElfException | MemoryUnreadable e) {
            return null;
        }
    }
}
