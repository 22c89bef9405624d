package dev.javelin.flamegraph;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Profiles that several tests use. */
final class Samples {
    static final String SCRIPT = "<script>alert(1)</script>";
    static final String EMOJI = "\uD83D\uDE80";
    static final List<String> HOSTILE = List.of(
            SCRIPT,
            "\"><img src=x onerror=document.documentElement.dataset.pwned=1>",
            "<script>document.documentElement.dataset.pwned=2</script>",
            "{{data}}{{script}}",
            "javascript:document.documentElement.dataset.pwned=3",
            "a;b c",
            "quotes \" ' ` \\ \\\\ end",
            "line\nfeed\r\ttab\0nul\u001b[31mred",
            "\u2028\u2029\u202eright-to-left",
            "rocket" + EMOJI + "\uD835\uDD4F",
            "lone\uD800high\uDC00low",
            "]]> --> <!-- </SCRIPT >",
            "\u00e4\u00f6\u4e2d\u6587",
            "");

    private Samples() {}

    static RecordingInfo info() {
        return RecordingInfo.builder()
                .title("CPU profile of Demo")
                .command("javelin record -d 10s -f demo.html 4711", "0.1.0")
                .start(Instant.parse("2026-11-22T12:00:00.123456789Z"), 5_000_000_000_000L)
                .duration(Duration.ofSeconds(10))
                .event(new RecordingInfo.Event("cpu", "ns", 1_001_001, false, 997))
                .target(4711, "java -jar demo.jar --fast", "OpenJDK 17.0.15+6")
                .loss("ring buffer full", 3)
                .loss("no unwind info", 0)
                .fact("BPF time per sample", "5.9 \u00b5s")
                .fact("collector CPU time", "0.21 s")
                .summary("1000 samples, 99.7 % complete, 3 lost")
                .build();
    }

    static RecordingInfo hostileInfo() {
        RecordingInfo.Builder builder = RecordingInfo.builder()
                .title(SCRIPT)
                .command(SCRIPT + "\n\"'\\", SCRIPT)
                .start(Instant.parse("2026-11-22T12:00:00Z"), 1_000_000_000L)
                .duration(Duration.ofSeconds(1))
                .event("cpu" + SCRIPT, "ns", 1000)
                .summary(SCRIPT);
        for (String text : HOSTILE) {
            builder.target(1, text, text).loss(text, 1).fact(text, text);
        }
        return builder.build();
    }

    /** Adds a sample, its frames root first. */
    static void add(Profile profile, long time, int thread, long value, Frame... rootFirst) {
        int[] ids = new int[rootFirst.length];
        for (int i = 0; i < ids.length; i++) {
            ids[ids.length - 1 - i] = profile.frame(rootFirst[i]);
        }
        profile.sample(time, thread, 1, profile.stack(ids, 0, ids.length), value);
    }

    static Frame java(FrameType type, String className, String method) {
        return Frame.java(type, className, method, "(I)V", 10, 4);
    }

    /** A small profile with every frame type, two threads, and a marker. */
    static Profile mixed(boolean keepSamples) {
        Profile profile = new Profile(keepSamples);
        int main = profile.thread(4711, 4712, "java", "main");
        int gc = profile.thread(4711, 4720, "GC Thread#0", null);
        Frame start = Frame.symbol(FrameType.NATIVE, "start_thread", "libc.so.6");
        Frame call = Frame.symbol(FrameType.CPP, "JavaCalls::call_helper(JavaValue*)", "libjvm.so");
        Frame run = java(FrameType.INTERPRETED, "app/Main", "run");
        Frame work = java(FrameType.JIT_COMPILED, "app/Work", "loop");
        Frame charAt = java(FrameType.INLINED, "java/lang/String", "charAt");
        Frame parse = java(FrameType.C1_COMPILED, "app/Parser$$Lambda$14+0x00007f00a0c03000", "accept");
        Frame write = Frame.symbol(FrameType.NATIVE, "write", "libc.so.6");
        Frame kernel = Frame.symbol(FrameType.KERNEL, "do_syscall_64", null);
        long t = 5_000_000_000_000L;
        for (int i = 0; i < 5; i++) {
            add(profile, t += 1_001_001, main, 1_001_001, start, call, run, work, charAt);
        }
        add(profile, t += 1_001_001, main, 1_001_001, start, call, run, work);
        add(profile, t += 1_001_001, main, 1_001_001, start, call, run, parse);
        add(profile, t += 1_001_001, main, 1_001_001, start, call, run, write, kernel);
        add(
                profile,
                t += 1_001_001,
                gc,
                1_001_001,
                start,
                Frame.symbol(FrameType.CPP, "G1ParTask::work(unsigned)", null));
        add(profile, t += 1_001_001, gc, 1_001_001, Frame.marker("[incomplete: no unwind info]"));
        return profile;
    }

    /** A recording of every event, whose value is a time. */
    static RecordingInfo hitsInfo() {
        return RecordingInfo.builder()
                .title("Reads of Demo")
                .start(Instant.parse("2026-11-22T12:00:00Z"), 1_000_000_000L)
                .duration(Duration.ofSeconds(10))
                .event("syscall:read", "ns", 0)
                .build();
    }

    /** Reads by two methods, as aggregates: many short ones, and one long one. */
    static Profile aggregates(boolean keepSamples) {
        Profile profile = new Profile(keepSamples);
        int run = profile.frame(java(FrameType.INTERPRETED, "app/Main", "run"));
        int many = profile.frame(java(FrameType.JIT_COMPILED, "app/Cache", "get"));
        int one = profile.frame(java(FrameType.JIT_COMPILED, "app/Disk", "load"));
        int main = profile.thread(4711, 4712, "java", "main");
        int none = profile.thread(4711, 0, "", null);
        long t = 1_500_000_000L;
        profile.addAggregate(t, main, profile.stack(new int[] {many, run}, 0, 2), "syscall:read", 999, 1_000_000);
        profile.addAggregate(t, none, profile.stack(new int[] {one, run}, 0, 2), SCRIPT, 1, 3_000_000);
        return profile;
    }

    /** CPU time, waits and hits of one recording. */
    static RecordingInfo severalInfo() {
        return RecordingInfo.builder()
                .title("CPU time, time off the CPU, uprobe:libc:write of Demo")
                .start(Instant.parse("2026-11-22T12:00:00Z"), 5_000_000_000_000L)
                .duration(Duration.ofSeconds(10))
                .event(new RecordingInfo.Event("cpu", "ns", 1_001_001, true, 9))
                .event(new RecordingInfo.Event("offcpu", "ns", 0, true, 999))
                .event("uprobe:libc:<write>", "events", 0)
                .build();
    }

    /** Their profiles: the ten samples of {@link #mixed}, 1000 waits of 4 ms, and no hit. */
    static List<Profile> several(boolean keepSamples) {
        Profile cpu = mixed(keepSamples);
        Profile waits = cpu.another();
        int run = waits.frame(java(FrameType.INTERPRETED, "app/Main", "run"));
        int park = waits.frame(java(FrameType.JIT_COMPILED, "app/Queue", "take"));
        int main = waits.thread(4711, 4712, "java", "main");
        long t = 5_000_100_000_000L;
        waits.addAggregate(t, main, waits.stack(new int[] {park, run}, 0, 2), "offcpu", 999, 1_000_000);
        waits.addAggregate(t, main, waits.stack(new int[] {run}, 0, 1), "offcpu", 1, 3_000_000);
        return List.of(cpu, waits, cpu.another());
    }

    /** A profile in which every hostile text is class, method, native symbol, library, signature and thread. */
    static Profile hostile() {
        Profile profile = new Profile(true);
        long t = 1_000_000_000L;
        int tid = 100;
        for (String text : HOSTILE) {
            int thread = profile.thread(1, tid++, text, text);
            add(
                    profile,
                    t++,
                    thread,
                    1,
                    Frame.symbol(FrameType.CPP, text, text),
                    Frame.java(FrameType.JIT_COMPILED, text, text, text, 1, 1),
                    Frame.symbol(FrameType.KERNEL, text, null));
        }
        return profile;
    }
}
