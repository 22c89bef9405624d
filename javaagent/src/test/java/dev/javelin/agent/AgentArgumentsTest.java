package dev.javelin.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentArgumentsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            start | --file=javelin-%p-%t.html
            "" | --file=javelin-%p-%t.html
            ,, | --file=javelin-%p-%t.html
            start,jfr | --file=javelin-%p-%t.jfr
            start,collapsed | --file=javelin-%p-%t.collapsed
            start,flamegraph | --file=javelin-%p-%t.html
            start,event=cpu,file=profile-%p-%t.html,interval=10ms | --event=cpu --interval=10ms --file=profile-%p-%t.html
            file=a.jfr,jfr,start | --file=a.jfr
            frequency=99,file=a.jfr | --frequency=99 --file=a.jfr
            loop=1h,timeout=1d,file=a-%t.jfr | --loop=1h --duration=1d --file=a-%t.jfr
            duration=5,jstackdepth=64,file=a.jfr | --duration=5 --depth=64 --file=a.jfr
            daemon=/run/d.sock,file=a.jfr | --daemon=/run/d.sock --file=a.jfr
            threads,simple,dot,sig,ann,lib,norm,total | --threads --simple --dot --sig --ann --lib --norm --total --file=javelin-%p-%t.html
            reverse,inverted,user,user | --reverse --inverted --user --file=javelin-%p-%t.html
            kernel,minwidth=1,title=T | --kernel --minwidth=1 --title=T --file=javelin-%p-%t.html
            include=a=b,include=c,exclude=d,file=a.html | --include=a=b --include=c --exclude=d --file=a.html
            alloc=2m,mode=user,file=a.jfr | --alloc=2m --mode=user --file=a.jfr
            event=lock,lock=10ms,file=a.jfr | --event=lock --lock=10ms --file=a.jfr
            wall,event=wall,file=a.jfr | --event=wall --file=a.jfr
            wall=20ms,alloc,file=a.jfr | --event=wall --interval=20ms --event=alloc --file=a.jfr
            event=cpu,alloc=2m,lock=10ms,interval=1ms,file=a.jfr | --event=cpu --alloc=2m --lock=10ms --interval=1ms --file=a.jfr
            event=cpu,event=offcpu,event=cpu,file=a.jfr | --event=cpu --event=offcpu --file=a.jfr
            event=cpu,offcpu,syscall:fsync,runq,file=a.jfr | --event=cpu --event=offcpu --event=syscall:fsync --event=runq --file=a.jfr
            event=syscall:read /retval > 4096/,file=@a.html | --event=syscall:read§/retval§>§4096/ --file=@a.html
            """)
    void becomeOptionsOfRecord(String text, String options) throws AgentException {
        assertThat(AgentArguments.parse(text).recordOptions())
                .isEqualTo(Arrays.stream(options.split(" ", -1))
                        .map(option -> option.replace('§', ' '))
                        .toList());
    }

    @Test
    void noneMeanStart() throws AgentException {
        assertThat(AgentArguments.parse(null).recordOptions()).containsExactly("--file=javelin-%p-%t.html");
        assertThat(AgentArguments.parse(null).log()).isNull();
    }

    @Test
    void theLogIsTheAgentsOwn() throws AgentException {
        AgentArguments arguments = AgentArguments.parse("start,log=/tmp/j.log,file=a.html");
        assertThat(arguments.log()).isEqualTo("/tmp/j.log");
        assertThat(arguments.recordOptions()).containsExactly("--file=a.html");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            nonsense | 'nonsense' is no argument
            start,cstack=vm,file=a.html,jfrsync=profile,stop | 'cstack=vm', 'jfrsync=profile', 'stop' are no arguments
            start,nativemem=512k | 'nativemem=512k' is no argument
            start,Event=cpu | 'Event=cpu' is no argument
            start,=cpu | '=cpu' is no argument
            start,event= | 'event=' has no value
            start,event | 'event' needs a value: event=…
            start,log | 'log' needs a value
            start,threads=1 | threads is a flag
            start=1 | start is a flag
            lock= | 'lock=' has no value
            offcpu=1ms | 'offcpu=1ms' is no argument
            alloc=1m,alloc=2m | 'alloc=2m' comes after another value for the same, 1m
            wall=1ms,interval=2ms | 'interval=2ms' comes after another value for the same, 1ms
            timeout=1,duration=2 | 'duration=2' comes after another value for the same, 1
            file=a.html,file=b.html | 'file=b.html' comes after another value for the same, a.html
            jfr,collapsed | 'jfr' and 'collapsed' are two formats
            jfr,file=a.html | 'jfr' does not fit file=a.html
            """)
    void areRefusedByName(String text, String message) {
        assertThatThrownBy(() -> AgentArguments.parse(text))
                .isInstanceOf(AgentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void theKnownOnesAreNamed() {
        assertThatThrownBy(() -> AgentArguments.parse("intervall=1ms")).hasMessageContaining(" interval, ");
    }
}
