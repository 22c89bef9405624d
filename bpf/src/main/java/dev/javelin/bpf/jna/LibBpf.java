package dev.javelin.bpf.jna;

import com.sun.jna.Native;

/**
 * libbpf, as its version 1.1 exports it (Debian 12's; {@code bpf/libbpf.h}, {@code bpf/bpf.h} and {@code bpf/btf.h} of libbpf-dev
 * 1.1.2). Handles and addresses are {@code long}, options are addresses of the C structs or 0. Failure is a negative number or 0 for
 * a handle, and always leaves the reason in {@link LibC#errno()} (libbpf 1.0 and later).
 *
 * <p>Any thread may call, but libbpf does not lock its handles.
 */
public final class LibBpf {
    static {
        Native.register(LibBpf.class, NativeLibraries.libbpf());
    }

    private LibBpf() {}

    public static native int libbpf_major_version();

    public static native int libbpf_minor_version();

    public static native long libbpf_set_print(long function);

    public static native int libbpf_num_possible_cpus();

    public static native long bpf_object__open_mem(long image, long size, long options);

    public static native int bpf_object__load(long object);

    public static native void bpf_object__close(long object);

    public static native long bpf_object__btf(long object);

    public static native long bpf_object__find_map_by_name(long object, String name);

    public static native long bpf_object__find_program_by_name(long object, String name);

    public static native long bpf_object__next_program(long object, long previous);

    public static native long bpf_object__next_map(long object, long previous);

    public static native long btf__raw_data(long btf, long sizeOut);

    public static native String bpf_program__name(long program);

    public static native int bpf_program__fd(long program);

    public static native long bpf_program__insn_cnt(long program);

    public static native int bpf_program__set_autoload(long program, int wanted);

    public static native long bpf_program__attach(long program);

    public static native long bpf_program__attach_perf_event_opts(long program, int eventFd, long options);

    public static native long bpf_program__attach_raw_tracepoint(long program, String name);

    public static native long bpf_program__attach_tracepoint_opts(
            long program, String category, String name, long options);

    public static native long bpf_program__attach_uprobe_opts(
            long program, int pid, String path, long offset, long options);

    public static native long bpf_program__attach_kprobe_opts(long program, String function, long options);

    public static native int bpf_link__destroy(long link);

    public static native int bpf_link__fd(long link);

    public static native String bpf_map__name(long map);

    public static native int bpf_map__fd(long map);

    public static native int bpf_map__type(long map);

    public static native int bpf_map__key_size(long map);

    public static native int bpf_map__value_size(long map);

    public static native int bpf_map__max_entries(long map);

    public static native int bpf_map__map_flags(long map);

    public static native int bpf_map__set_max_entries(long map, int entries);

    public static native long bpf_map__initial_value(long map, long sizeOut);

    public static native int bpf_map_lookup_elem(int fd, long key, long value);

    public static native int bpf_map_update_elem(int fd, long key, long value, long flags);

    public static native int bpf_map_delete_elem(int fd, long key);

    public static native int bpf_map_get_next_key(int fd, long key, long nextOut);

    public static native int bpf_map_update_batch(int fd, long keys, long values, long count, long options);

    public static native int bpf_obj_get_info_by_fd(int fd, long info, long size);
}
