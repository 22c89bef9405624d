package dev.javelin.bpf.jna;

/**
 * libbpf, as its version 1.1 exports it (Debian 12's; {@code bpf/libbpf.h}, {@code bpf/bpf.h} and {@code bpf/btf.h} of libbpf-dev
 * 1.1.2). Handles and addresses are {@code long}, options are addresses of the C structs or 0. Failure is a negative number or 0 for
 * a handle, and always leaves the reason in {@link LibC#errno()} (libbpf 1.0 and later).
 *
 * <p>Any thread may call, but libbpf does not lock its handles.
 */
public final class LibBpf {
    private LibBpf() {}

    private static CLibrary library() {
        return NativeLibraries.libbpf();
    }

    public static int libbpf_major_version() {
        return library().callInt("libbpf_major_version");
    }

    public static int libbpf_minor_version() {
        return library().callInt("libbpf_minor_version");
    }

    /** 1 if programs of this type have the helper, 0 if not, negative if that cannot be told. */
    public static int libbpf_probe_bpf_helper(int programType, int helper) {
        return library().callInt("libbpf_probe_bpf_helper", programType, helper, 0L);
    }

    public static long libbpf_set_print(long function) {
        return library().callLong("libbpf_set_print", function);
    }

    public static int libbpf_num_possible_cpus() {
        return library().callInt("libbpf_num_possible_cpus");
    }

    public static long bpf_object__open_mem(long image, long size, long options) {
        return library().callLong("bpf_object__open_mem", image, size, options);
    }

    public static int bpf_object__load(long object) {
        return library().callInt("bpf_object__load", object);
    }

    public static void bpf_object__close(long object) {
        library().callVoid("bpf_object__close", object);
    }

    public static long bpf_object__btf(long object) {
        return library().callLong("bpf_object__btf", object);
    }

    public static long bpf_object__find_map_by_name(long object, String name) {
        return library().callLong("bpf_object__find_map_by_name", object, name);
    }

    public static long bpf_object__find_program_by_name(long object, String name) {
        return library().callLong("bpf_object__find_program_by_name", object, name);
    }

    public static long bpf_object__next_program(long object, long previous) {
        return library().callLong("bpf_object__next_program", object, previous);
    }

    public static long bpf_object__next_map(long object, long previous) {
        return library().callLong("bpf_object__next_map", object, previous);
    }

    public static long btf__raw_data(long btf, long sizeOut) {
        return library().callLong("btf__raw_data", btf, sizeOut);
    }

    public static int bpf_map__reuse_fd(long map, int descriptor) {
        return library().callInt("bpf_map__reuse_fd", map, descriptor);
    }

    public static int bpf_iter_create(int link) {
        return library().callInt("bpf_iter_create", link);
    }

    public static String bpf_program__name(long program) {
        return library().callString("bpf_program__name", program);
    }

    public static int bpf_program__fd(long program) {
        return library().callInt("bpf_program__fd", program);
    }

    public static long bpf_program__insn_cnt(long program) {
        return library().callLong("bpf_program__insn_cnt", program);
    }

    public static int bpf_program__set_autoload(long program, int wanted) {
        return library().callInt("bpf_program__set_autoload", program, wanted);
    }

    public static int bpf_program__set_expected_attach_type(long program, int type) {
        return library().callInt("bpf_program__set_expected_attach_type", program, type);
    }

    public static int bpf_program__set_attach_target(long program, int programFd, String function) {
        return library().callInt("bpf_program__set_attach_target", program, programFd, function);
    }

    public static int libbpf_find_vmlinux_btf_id(String name, int attachType) {
        return library().callInt("libbpf_find_vmlinux_btf_id", name, attachType);
    }

    public static long bpf_program__attach(long program) {
        return library().callLong("bpf_program__attach", program);
    }

    public static long bpf_program__attach_perf_event_opts(long program, int eventFd, long options) {
        return library().callLong("bpf_program__attach_perf_event_opts", program, eventFd, options);
    }

    public static long bpf_program__attach_raw_tracepoint(long program, String name) {
        return library().callLong("bpf_program__attach_raw_tracepoint", program, name);
    }

    public static long bpf_program__attach_tracepoint_opts(long program, String category, String name, long options) {
        return library().callLong("bpf_program__attach_tracepoint_opts", program, category, name, options);
    }

    public static long bpf_program__attach_uprobe_opts(long program, int pid, String path, long offset, long options) {
        return library().callLong("bpf_program__attach_uprobe_opts", program, pid, path, offset, options);
    }

    public static long bpf_program__attach_kprobe_opts(long program, String function, long options) {
        return library().callLong("bpf_program__attach_kprobe_opts", program, function, options);
    }

    public static int bpf_link__destroy(long link) {
        return library().callInt("bpf_link__destroy", link);
    }

    public static int bpf_link__fd(long link) {
        return library().callInt("bpf_link__fd", link);
    }

    public static String bpf_map__name(long map) {
        return library().callString("bpf_map__name", map);
    }

    public static int bpf_map__fd(long map) {
        return library().callInt("bpf_map__fd", map);
    }

    public static int bpf_map__type(long map) {
        return library().callInt("bpf_map__type", map);
    }

    public static int bpf_map__key_size(long map) {
        return library().callInt("bpf_map__key_size", map);
    }

    public static int bpf_map__value_size(long map) {
        return library().callInt("bpf_map__value_size", map);
    }

    public static int bpf_map__max_entries(long map) {
        return library().callInt("bpf_map__max_entries", map);
    }

    public static int bpf_map__map_flags(long map) {
        return library().callInt("bpf_map__map_flags", map);
    }

    public static int bpf_map__set_max_entries(long map, int entries) {
        return library().callInt("bpf_map__set_max_entries", map, entries);
    }

    public static long bpf_map__initial_value(long map, long sizeOut) {
        return library().callLong("bpf_map__initial_value", map, sizeOut);
    }

    public static int bpf_map_lookup_elem(int fd, long key, long value) {
        return library().callInt("bpf_map_lookup_elem", fd, key, value);
    }

    public static int bpf_map_update_elem(int fd, long key, long value, long flags) {
        return library().callInt("bpf_map_update_elem", fd, key, value, flags);
    }

    public static int bpf_map_delete_elem(int fd, long key) {
        return library().callInt("bpf_map_delete_elem", fd, key);
    }

    public static int bpf_map_get_next_key(int fd, long key, long nextOut) {
        return library().callInt("bpf_map_get_next_key", fd, key, nextOut);
    }

    public static int bpf_map_update_batch(int fd, long keys, long values, long count, long options) {
        return library().callInt("bpf_map_update_batch", fd, keys, values, count, options);
    }

    public static int bpf_obj_get_info_by_fd(int fd, long info, long size) {
        return library().callInt("bpf_obj_get_info_by_fd", fd, info, size);
    }
}
