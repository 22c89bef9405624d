package dev.javelin.collector.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.walker.CallWait;
import dev.javelin.flamegraph.CallPart;
import dev.javelin.flamegraph.Frame;
import dev.javelin.flamegraph.FrameType;
import dev.javelin.flamegraph.Profile;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallPartsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "int freeze<Config<A> >(JavaThread*, long*) | freeze",
                "Foo<int>::bar(int) const | Foo::bar",
                "fsync | fsync",
                "foo[abi:cxx11](int) | foo",
                "(anonymous namespace)::f(int) | f",
                "void (anonymous namespace)::Pool<int>::wait(long) | Pool::wait",
                "std::ostream& operator<<(std::ostream&, int) | operator<<",
                "unclosed<int | unclosed<int",
                "closed>(int) | closed>",
                "(*)(int) | (*)(int)"
            })
    void functionsAreToldByTheirNames(String readable, String name) {
        assertThat(CallParts.function(readable)).isEqualTo(name);
    }

    /** Leaf first; names of Java are without a colon before them. */
    private static int stack(Profile profile, String frames) {
        int[] ids = Stream.of(frames.split(" ", -1))
                .mapToInt(name -> profile.frame(frame(name)))
                .toArray();
        return profile.stack(ids, 0, ids.length);
    }

    private static Frame frame(String text) {
        String name = text.substring(text.indexOf(':') + 1);
        return switch (text.substring(0, Math.max(0, text.indexOf(':')))) {
            case "k" -> Frame.symbol(FrameType.KERNEL, name, null);
            case "jvm" -> Frame.symbol(FrameType.CPP, name, "libjvm.so");
            case "c" -> Frame.symbol(FrameType.NATIVE, name, "libc.so.6");
            case "stub" -> Frame.symbol(FrameType.NATIVE, name, null);
            default -> java(text);
        };
    }

    private static Frame java(String name) {
        int dot = name.lastIndexOf('.');
        return Frame.java(FrameType.JIT_COMPILED, name.substring(0, dot), name.substring(dot + 1), "()V", 0, -1);
    }

    private static CallWait wait(int kind, boolean socket) {
        return new CallWait(1, 1, 10, kind, 1, 1, 5, 0, 1, 0, -1, 0, 0, socket, "");
    }

    /** The kinds are those of enum wait_class: preempted, blocked, for the disk, stopped, throttled, untold, unmounted. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | k:schedule app/A.run | RUN_QUEUE",
                "1 | k:schedule jvm:SafepointSynchronize::block(JavaThread*) app/A.run | RUN_QUEUE",
                "1 | k:futex_wait jvm:ObjectMonitor::enter(JavaThread*) app/A.run | RUN_QUEUE",
                "5 | k:schedule app/A.run | CGROUP_QUOTA",
                "6 | app/A.run | UNKNOWN",
                "2 | k:futex_wait jvm:ObjectMonitor::enter(JavaThread*) app/A.run | MONITOR",
                "2 | k:futex_wait jvm:ObjectMonitor::wait(long,bool,JavaThread*) java/lang/Object.wait app/A.run | OBJECT_WAIT",
                "2 | k:futex_wait jvm:Unsafe_Park java/util/concurrent/locks/LockSupport.park app/A.run | PARK",
                "2 | k:futex_wait jvm:JavaThread::sleep(long) jvm:JVM_Sleep java/lang/Thread.sleep app/A.run | SLEEP",
                "2 | k:do_nanosleep c:nanosleep app/A.run | SLEEP",
                "3 | k:io_schedule k:ext4_sync_file c:fsync app/A.run | FILE_IO",
                "3 | k:folio_wait_bit k:filemap_read k:vfs_read k:ksys_pread64 c:pread64 app/A.run | FILE_IO",
                "2 | k:sk_wait_data k:tcp_recvmsg k:vfs_read c:read app/A.run | SOCKET",
                "2 | k:pipe_read k:vfs_read c:read app/A.run | PIPE",
                "2 | k:do_epoll_wait c:epoll_wait app/A.run | EPOLL",
                "2 | k:do_sys_poll c:poll app/A.run | EPOLL",
                "3 | k:io_schedule k:filemap_fault k:exc_page_fault app/A.run | PAGE_FAULT",
                "3 | k:io_schedule k:exc_page_fault c:memcpy jvm:JVM_FillInStackTrace app/A.run | PAGE_FAULT",
                "2 | k:futex_wait jvm:SafepointSynchronize::block(JavaThread*) app/A.run | SAFEPOINT",
                "2 | k:futex_wait jvm:SafepointMechanism::process(JavaThread*,bool) app/A.run | SAFEPOINT",
                "2 | k:futex_wait jvm:VMThread::execute(VM_Operation*) jvm:ThreadService::dump app/A.run | SAFEPOINT",
                "2 | k:futex_wait jvm:VMThread::execute(VM_Operation*) jvm:G1CollectedHeap::collect(int) jvm:JVM_GC app/A.run | GC_PAUSE",
                "2 | k:futex_wait jvm:VMThread::execute(VM_Operation*) jvm:MemAllocator::allocate() app/A.run | GC_PAUSE",
                "2 | k:futex_wait jvm:ZPageAllocator::alloc_page_stall() app/A.run | GC_PAUSE",
                "2 | k:futex_wait jvm:ObjectMonitor::enter(JavaThread*) java/lang/ClassLoader.loadClass app/A.run | CLASS_LOADING",
                "3 | k:io_schedule k:vfs_read c:read jvm:ClassLoader::load_class(Symbol*,bool) app/A.run | CLASS_LOADING",
                "2 | k:futex_wait jvm:SafepointSynchronize::block(JavaThread*) java/lang/ClassLoader.loadClass app/A.run | SAFEPOINT",
                "4 | k:do_signal_stop app/A.run | OTHER",
                "2 | k:futex_wait c:pthread_cond_wait app/A.run | OTHER",
                "2 | k:futex_wait jvm:Mutex::lock() jvm:CompileBroker::compile_method() app/A.run | OTHER",
                "7 | jvm:freeze<Config>(JavaThread*,long*) java/lang/VirtualThread.park app/A.run | PARK",
                "7 | jvm:ObjectMonitor::enter(JavaThread*) app/A.run | MONITOR",
                "7 | java/lang/VirtualThread.park java/lang/VirtualThread.sleepNanos app/A.run | SLEEP",
                "7 | java/lang/VirtualThread.park sun/nio/ch/Poller.poll app/A.run | SOCKET",
                "7 | java/lang/VirtualThread.tryYield app/A.run | RUN_QUEUE"
            })
    void waitsAreToldByTheirStacks(int kind, String frames, CallPart part) {
        Profile profile = new Profile(false);
        CallParts parts = new CallParts(profile);
        assertThat(parts.ofWait(wait(kind, false), stack(profile, frames))).isEqualTo(part);
        // a socket is polled before it is read
        assertThat(parts.ofWait(wait(kind, true), stack(profile, frames)))
                .isEqualTo(part == CallPart.EPOLL ? CallPart.SOCKET : part);
        assertThat(parts.ofWait(wait(kind, true), -1)).isEqualTo(CallPart.UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "app/A.run app/B.run | ON_CPU_JAVA",
                "stub:StubRoutines::jbyte_arraycopy app/A.run | ON_CPU_JAVA",
                "stub:Interpreter app/A.run | ON_CPU_JAVA",
                "jvm:java_lang_Throwable::fill_in_stack_trace app/A.run | ON_CPU_JVM",
                "c:memcpy jvm:JVM_Clone app/A.run | ON_CPU_NATIVE",
                "k:copy_page k:exc_page_fault app/A.run | ON_CPU_KERNEL",
                "k:vfs_read c:read app/A.run | ON_CPU_KERNEL",
                "jvm:SystemDictionary::resolve_or_null(Symbol*) app/A.run | CLASS_LOADING",
                "jvm:ClassFileParser::parse_stream() app/A.run | CLASS_LOADING",
                "app/A.bytes jdk/internal/loader/BuiltinClassLoader.loadClass app/A.run | CLASS_LOADING",
                "app/A.loadClass app/A.run | ON_CPU_JAVA",
                "jvm:vframeArray::unpack_to_stack() jvm:Deoptimization::unpack_frames() app/A.run | DEOPTIMISATION",
                "k:clear_page jvm:Deoptimization::fetch_unroll_info() app/A.run | DEOPTIMISATION",
            })
    void timeOnTheCpuIsToldByItsStacks(String frames, CallPart part) {
        Profile profile = new Profile(false);
        CallParts parts = new CallParts(profile);
        assertThat(parts.ofSample(stack(profile, frames))).isEqualTo(part);
        assertThat(parts.ofSample(Profile.EMPTY_STACK)).isEqualTo(CallPart.UNKNOWN);
    }

    @Test
    void noNameTakesLong() {
        String nested = "<".repeat(200_000) + ">".repeat(200_000);
        Assertions.assertTimeout(Duration.ofSeconds(20), () -> CallParts.function("f" + nested + "(int)"));
        assertThat(CallParts.function("f".repeat(1 << 20)).length()).isLessThan(2_000);
    }
}
