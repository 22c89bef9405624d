package dev.javelin.flamegraph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.flamegraph.ReportOptions.Flag;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CollapsedWriterTest {
    private static String write(Profile profile, ReportOptions options) throws IOException {
        StringWriter out = new StringWriter();
        CollapsedWriter.write(profile, Samples.info(), options, out);
        return out.toString();
    }

    private static ReportOptions with(Flag... flags) {
        ReportOptions.Builder builder = ReportOptions.builder();
        for (Flag flag : flags) {
            builder.with(flag);
        }
        return builder.build();
    }

    @Test
    void shouldWriteRootFirstWithSlashedNames() throws IOException {
        assertThat(write(Samples.mixed(false), ReportOptions.defaults())).isEqualTo("""
                        [incomplete: no unwind info] 1
                        start_thread;G1ParTask::work(unsigned) 1
                        start_thread;JavaCalls::call_helper(JavaValue*);app/Main.run;app/Parser$$Lambda$14/0x00007f00a0c03000.accept 1
                        start_thread;JavaCalls::call_helper(JavaValue*);app/Main.run;app/Work.loop 1
                        start_thread;JavaCalls::call_helper(JavaValue*);app/Main.run;app/Work.loop;java/lang/String.charAt 5
                        start_thread;JavaCalls::call_helper(JavaValue*);app/Main.run;write;do_syscall_64_[k] 1
                        """);
    }

    @Test
    void shouldApplyEveryOption() throws IOException {
        ReportOptions options = with(
                Flag.THREADS,
                Flag.PROCESSES,
                Flag.SIMPLE_NAMES,
                Flag.SIGNATURES,
                Flag.ANNOTATE,
                Flag.LIBRARY_NAMES,
                Flag.NORMALISE,
                Flag.TOTAL);
        String process = "[java -jar demo.jar --fast pid=4711];";
        String main = process + "[main tid=4712];libc.so.6`start_thread;libjvm.so`JavaCalls::call_helper(JavaValue*);"
                + "Main.run(I)V_[0];";
        String gc = process + "[GC Thread#0 tid=4720];";
        String loop = main + "Work.loop(I)V_[j]";
        assertThat(write(Samples.mixed(false), options).lines().map(l -> l.replace("\\u003b", ";")))
                .containsExactly(
                        gc + "[incomplete: no unwind info] 1001001",
                        gc + "libc.so.6`start_thread;G1ParTask::work(unsigned) 1001001",
                        main + "Parser$$Lambda.accept(I)V_[1] 1001001",
                        loop + " 1001001",
                        loop + ";String.charAt(I)V_[i] 5005005",
                        main + "libc.so.6`write;do_syscall_64_[k] 1001001");
    }

    @Test
    void shouldWriteDottedNames() throws IOException {
        assertThat(write(Samples.mixed(false), with(Flag.DOTTED_NAMES)))
                .contains("java.lang.String.charAt 5", "app.Parser$$Lambda$14/0x00007f00a0c03000.accept 1");
    }

    @Test
    void shouldMergeStacksThatDifferOnlyInPosition() throws IOException {
        Profile profile = new Profile(true);
        for (int line = 1; line <= 3; line++) {
            Samples.add(profile, line, 0, 1, Frame.java(FrameType.JIT_COMPILED, "A", "m", null, line, line));
        }
        assertThat(write(profile, ReportOptions.defaults())).isEqualTo("A.m 3\n");
    }

    @Test
    void shouldFilterByPatterns() throws IOException {
        ReportOptions include = ReportOptions.builder().include("String\\.char").build();
        assertThat(write(Samples.mixed(false), include).lines()).hasSize(1);
        ReportOptions exclude =
                ReportOptions.builder().exclude("^app/").exclude("incomplete").build();
        assertThat(write(Samples.mixed(false), exclude)).isEqualTo("start_thread;G1ParTask::work(unsigned) 1\n");
        ReportOptions thread =
                ReportOptions.builder().include("^\\[GC ").with(Flag.THREADS).build();
        assertThat(write(Samples.mixed(false), thread).lines()).hasSize(2).allMatch(l -> l.startsWith("[GC Thread#0 "));
    }

    @Test
    void shouldWriteHostileNamesReversibly() throws IOException {
        String text = write(Samples.hostile(), with(Flag.THREADS));
        List<String> lines = text.lines().toList();
        assertThat(lines).hasSize(Samples.HOSTILE.size());
        List<String> symbols = new ArrayList<>();
        for (String line : lines) {
            assertThat(line).endsWith(" 1").matches("\\P{Cntrl}*");
            String[] frames = line.substring(0, line.length() - 2).split(";", -1);
            assertThat(frames).hasSize(4);
            String symbol = unescape(frames[1]);
            assertThat(unescape(frames[0])).startsWith("[" + symbol + " tid=");
            assertThat(unescape(frames[2])).isEqualTo(symbol.isEmpty() ? "" : symbol + "." + symbol);
            assertThat(unescape(frames[3])).isEqualTo(symbol + "_[k]");
            symbols.add(symbol);
        }
        assertThat(symbols).containsExactlyInAnyOrderElementsOf(Samples.HOSTILE);
    }

    @Test
    void shouldWriteDeepStacks() throws IOException {
        Profile profile = new Profile(false);
        Frame[] frames = new Frame[20_000];
        Arrays.fill(frames, Samples.java(FrameType.JIT_COMPILED, "A", "recurse"));
        Samples.add(profile, 1, 0, 1, frames);
        assertThat(write(profile, ReportOptions.defaults()).split(";")).hasSize(frames.length);
    }

    @Test
    void shouldWriteHitsOrTimeOfAggregates() throws IOException {
        assertThat(write(Samples.aggregates(false), ReportOptions.defaults()))
                .isEqualTo("app/Main.run;app/Cache.get 999\napp/Main.run;app/Disk.load 1\n");
        assertThat(write(Samples.aggregates(true), with(Flag.TOTAL)))
                .isEqualTo("app/Main.run;app/Cache.get 1000000\napp/Main.run;app/Disk.load 3000000\n");
    }

    @Test
    void shouldNameAStackWithoutFrames() throws IOException {
        Profile profile = new Profile(false);
        profile.sample(1, profile.thread(1, 1, "x", null), 0, Profile.EMPTY_STACK, 1);
        assertThat(write(profile, ReportOptions.defaults())).isEqualTo("[no frames] 1\n");
    }

    private static String unescape(String s) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < s.length(); i++) {
            if (s.charAt(i) != '\\') {
                out.append(s.charAt(i));
            } else if (s.charAt(i + 1) == '\\') {
                out.append('\\');
                i++;
            } else {
                out.append((char) Integer.parseInt(s.substring(i + 2, i + 6), 16));
                i += 5;
            }
        }
        return out.toString();
    }
}
