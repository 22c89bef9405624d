package dev.javelin.collector.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.javelin.collector.probe.ProbeSpec.Kind;
import dev.javelin.collector.session.JavelinException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbeSpecTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            nullValues = "-",
            value = {
                "uprobe:libc:read; UPROBE; libc; -; read; 0; -",
                "uprobe:/lib/libc.so.6:read; UPROBE; /lib/libc.so.6; -; read; 0; -",
                "uprobe:/lib/libc.so.6:read+16; UPROBE; /lib/libc.so.6; -; read; 16; -",
                "uprobe:libc:read + 0x1F; UPROBE; libc; -; read; 31; -",
                "uprobe:/usr/lib/libz.so.1:deflate/arg1 > 3/; UPROBE; /usr/lib/libz.so.1; -; deflate; 0; arg1 > 3",
                "uprobe:/usr/lib/libz.so.1:deflate+4  / arg1>3 /; UPROBE; /usr/lib/libz.so.1; -; deflate; 4; arg1 > 3",
                "uprobe:libz:deflate/arg1 / 2 > 3/; UPROBE; libz; -; deflate; 0; arg1 / 2 > 3",
                "uprobe:libc:write/comm == \"kworker/0:1\"/; UPROBE; libc; -; write; 0; comm == \"kworker/0:1\"",
                "uprobe:libjvm:SafepointSynchronize::begin(); UPROBE; libjvm; -; SafepointSynchronize::begin(); 0; -",
                "uprobe:libjvm:SafepointSynchronize::begin()+0x10/tid == 1/;"
                        + " UPROBE; libjvm; -; SafepointSynchronize::begin(); 16; tid == 1",
                "uprobe:libjvm:JavaThread::*; UPROBE; libjvm; -; JavaThread::*; 0; -",
                "uprobe:libjvm:f(char const*, std::vector<int>&)::~X() /arg0/;"
                        + " UPROBE; libjvm; -; f(char const*, std::vector<int>&)::~X(); 0; arg0",
                "uprobe:libx:A::operator+; UPROBE; libx; -; A::operator+; 0; -",
                "uprobe:libx:A::operator+4; UPROBE; libx; -; A::operator+4; 0; -",
                "uprobe:libx:A::operator++4; UPROBE; libx; -; A::operator+; 4; -",
                "uprobe:libx:A::operator+++8; UPROBE; libx; -; A::operator++; 8; -",
                "uprobe:libx:A::operator+(int)+8; UPROBE; libx; -; A::operator+(int); 8; -",
                "uprobe:libx:my_operator+4; UPROBE; libx; -; my_operator; 4; -",
                "uprobe:libx:A::operator/(int); UPROBE; libx; -; A::operator/(int); 0; -",
                "uprobe:libx:A::operator//arg0/; UPROBE; libx; -; A::operator/; 0; arg0",
                "uprobe:libx:A::operator/=(int) /arg0/; UPROBE; libx; -; A::operator/=(int); 0; arg0",
                "uprobe:app:net\\/http.Serve /arg0 / 2/; UPROBE; app; -; net/http.Serve; 0; arg0 / 2",
                "uretprobe:libc:malloc/retval == 0/; URETPROBE; libc; -; malloc; 0; retval == 0",
                "usdt:libjvm:hotspot:gc__begin; USDT; libjvm; hotspot; gc__begin; 0; -",
                "usdt:/a/libjvm.so:*:gc-*/arg0/; USDT; /a/libjvm.so; *; gc-*; 0; arg0",
                "tracepoint:sched:sched_switch; TRACEPOINT; -; sched; sched_switch; 0; -",
                "syscalls:sys_enter_openat; TRACEPOINT; -; syscalls; sys_enter_openat; 0; -",
                "sched:sched_switch/cpu == 0/; TRACEPOINT; -; sched; sched_switch; 0; cpu == 0",
                "kprobes:mine/comm == \"a:b\"/; TRACEPOINT; -; kprobes; mine; 0; comm == \"a:b\"",
                "syscall:read; SYSCALL; -; -; read; 0; -",
                "syscall:*/duration > 10ms/; SYSCALL; -; -; *; 0; duration > 10ms",
                "kprobe:vfs_read+0x8; KPROBE; -; -; vfs_read; 8; -",
                "kretprobe:vfs_read.isra.0; KRETPROBE; -; -; vfs_read.isra.0; 0; -",
                "fentry:tcp_[sr]*; FENTRY; -; -; tcp_[sr]*; 0; -",
                "' fexit:vfs_read /retval<0/ '; FEXIT; -; -; vfs_read; 0; retval < 0"
            })
    void shouldRead(String text, Kind kind, String library, String group, String name, long offset, String predicate) {
        ProbeSpec spec = ProbeSpec.parse(text);
        Predicate condition = predicate == null ? null : Predicate.parse(predicate);
        assertThat(spec).isEqualTo(new ProbeSpec(kind, library, group, name, offset, condition));
        assertThat(ProbeSpec.parse(spec.text())).isEqualTo(spec);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "' uprobe: libc : read + 16 /arg2>4k/ '; uprobe:libc:read+0x10 /arg2 > 4k/",
                "sched:sched_switch; tracepoint:sched:sched_switch",
                "usdt:libjvm:hotspot:gc__begin; usdt:libjvm:hotspot:gc__begin",
                "uprobe:app:net\\/http.Serve; uprobe:app:net\\/http.Serve",
                "uprobe:libx:A::operator/(int); uprobe:libx:A::operator/(int)",
                "kprobe:vfs_read+0; kprobe:vfs_read",
                "syscall:*; syscall:*"
            })
    void shouldHaveOneText(String typed, String text) {
        assertThat(ProbeSpec.parse(typed)).hasToString(text);
        assertThat(ProbeSpec.parse(typed).text()).isEqualTo(text);
    }

    @Test
    void shouldCallThingsByTheirKind() {
        ProbeSpec function = ProbeSpec.parse("uprobe:libc:read");
        assertThat(function.function()).isEqualTo("read");
        assertThat(function.provider()).isNull();
        assertThat(function.category()).isNull();
        ProbeSpec usdt = ProbeSpec.parse("usdt:libjvm:hotspot:gc__begin");
        assertThat(usdt.function()).isNull();
        assertThat(usdt.provider()).isEqualTo("hotspot");
        assertThat(usdt.category()).isNull();
        ProbeSpec tracepoint = ProbeSpec.parse("sched:sched_switch");
        assertThat(tracepoint.function()).isNull();
        assertThat(tracepoint.provider()).isNull();
        assertThat(tracepoint.category()).isEqualTo("sched");
        assertThat(ProbeSpec.parse("syscall:read").function()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "uprobe:libjvm:JavaThread::*,true",
        "uprobe:libjvm:JavaThread::run,false",
        "uprobe:libx:rea?,true",
        "syscall:open[aA]t,true",
        "usdt:libjvm:*:gc__begin,true",
        "uprobe:/a*/libc.so:read,false",
        "uprobe:libx:a]b[,false",
        "uprobe:libx:f(char*),true"
    })
    void shouldKnowPatterns(String text, boolean pattern) {
        assertThat(ProbeSpec.parse(text).isPattern()).isEqualTo(pattern);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "uprob:libc:read; unknown kind 'uprob': did you mean uprobe?",
                "KPROBES:a:b; unknown kind 'KPROBES': did you mean kprobe or uprobe?",
                "JavaThread::run; unknown kind 'JavaThread': the kinds are"
                        + " uprobe, uretprobe, usdt, tracepoint, syscall, kprobe, kretprobe, fentry, fexit, java",
                "syscal; unknown kind 'syscal': did you mean syscall?",
                "''; unknown kind '': the kinds are"
                        + " uprobe, uretprobe, usdt, tracepoint, syscall, kprobe, kretprobe, fentry, fexit, java",
                "/lib/libc.so.6:read; unknown kind '/lib/libc.so.6': the kinds are"
                        + " uprobe, uretprobe, usdt, tracepoint, syscall, kprobe, kretprobe, fentry, fexit, java",
                "u:libc:read; 'u' is no kind of probe here: write uprobe:LIB:FUNC[+OFF]",
                "U:libjvm:hotspot:gc__begin; 'U' is no kind of probe here: write usdt:LIB:PROVIDER:NAME",
                "k:vfs_read; 'k' is no kind of probe here: write kprobe:FUNC[+OFF]",
                "t:sched:sched_switch; 't' is no kind of probe here: write tracepoint:CATEGORY:NAME",
                "kretfunc:vfs_read; 'kretfunc' is no kind of probe here: write fexit:FUNC",
                "tracepoint; something is missing: write tracepoint:CATEGORY:NAME",
                "uprobe:; something is missing: write uprobe:LIB:FUNC[+OFF]",
                "uprobe:libc; something is missing: write uprobe:LIB:FUNC[+OFF]",
                "uprobe:libc:; something is missing: write uprobe:LIB:FUNC[+OFF]",
                "uprobe:libc:/arg0/; something is missing: write uprobe:LIB:FUNC[+OFF]",
                "uretprobe: :read; something is missing: write uretprobe:LIB:FUNC",
                "usdt:libjvm:gc__begin; something is missing: write usdt:LIB:PROVIDER:NAME",
                "usdt:libjvm::gc__begin; something is missing: write usdt:LIB:PROVIDER:NAME",
                "sched:; something is missing: write tracepoint:CATEGORY:NAME",
                "syscall:/arg0/; something is missing: write syscall:NAME",
                "uprobe:JavaThread::run; there is no library before the function: write uprobe:LIB:FUNC[+OFF]",
                "kprobe:nf:foo; 'nf:foo' cannot be a name: write kprobe:FUNC[+OFF]",
                "syscall:open read; 'open read' cannot be a name: write syscall:NAME",
                "tracepoint:a b:c; 'a b' cannot be a name: write tracepoint:CATEGORY:NAME",
                "usdt:libjvm:a:b:c; 'b:c' cannot be a name: write usdt:LIB:PROVIDER:NAME",
                "uretprobe:libc:read+4; uretprobe takes no offset: leave out +4",
                "fentry:vfs_read+0x4; fentry takes no offset: leave out +0x4",
                "uprobe:libc:read+0xzz; the offset +0xzz is no number of bytes: write it as +16 or +0x10",
                "uprobe:libc:read+1k; the offset +1k is no number of bytes: write it as +16 or +0x10",
                "uprobe:libc:read+0x8000000000000000; the offset +0x8000000000000000 is no number of bytes:"
                        + " write it as +16 or +0x10",
                "uprobe:libz:deflate/arg1 > 3; the predicate is not closed:"
                        + " write a slash behind it too, or \\/ for a slash in a name",
                "uprobe:libz:deflate/; the predicate is not closed:"
                        + " write a slash behind it too, or \\/ for a slash in a name"
            })
    void shouldRefuse(String text, String why) {
        assertThat(messageOf(text)).isEqualTo("probe '" + text + "': " + why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "kprobe:vfs_read//; a predicate is empty: write a condition, such as /arg2 > 4096/",
                "kprobe:vfs_read /arg2 >/; predicate 'arg2 >': expected a value at character 7, found the end"
            })
    void shouldRefuseWhatIsNoPredicate(String text, String message) {
        assertThat(messageOf(text)).isEqualTo(message);
    }

    private static String messageOf(String text) {
        JavelinException refusal = catchThrowableOfType(JavelinException.class, () -> ProbeSpec.parse(text));
        assertThat(refusal).as(text).isNotNull();
        assertThat(refusal.exitStatus()).isEqualTo(JavelinException.USAGE);
        return refusal.getMessage();
    }
}
