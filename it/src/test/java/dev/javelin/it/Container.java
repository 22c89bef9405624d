package dev.javelin.it;

import dev.javelin.it.harness.Child;
import dev.javelin.it.harness.Repository;
import dev.javelin.it.harness.TargetProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A target in a container, made of the kernel's parts: namespaces, a root directory of its own, and a {@code /tmp} that is also to be seen on
 * the host. All mounts are in a mount namespace, and go with it.
 */
final class Container implements AutoCloseable {
    /** User and group of those that are not root's, as the host counts. */
    static final int USER = 65534;
    /** Root of the one with users of its own, as the host counts. */
    static final int SHIFTED = 100_000;

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /**
     * What of the container, where {@code /tmp} comes from, the JDK, classes; then what to run. The JDK is run from a place that the host does not
     * have. It is to be found at its own, too: one that scripts/jdk25 has made looks for its dynamic linker and C library there.
     */
    private static final String SCRIPT = """
            set -e
            root=$1 tmp=$2 jdk=$3 classes=$4
            shift 4
            if [ -n "$root" ]; then
                mount -t tmpfs -o mode=755 none "$root"
                mkdir "$root/proc" "$root/mnt"
                for name in bin lib lib64 sbin usr etc; do
                    if [ -L "/$name" ]; then
                        cp -P "/$name" "$root/$name"
                    elif [ -d "/$name" ]; then
                        mkdir "$root/$name"
                        mount -o bind,ro "/$name" "$root/$name"
                    fi
                done
                mkdir "$root/dev"
                mount --rbind /dev "$root/dev"
                mount -t proc none "$root/proc"
            fi
            mount -t tmpfs -o mode=755 none "$root/mnt"
            mkdir "$root/mnt/jdk" "$root/mnt/classes" "$root/mnt/tmp"
            mount --bind "$jdk" "$root/mnt/jdk"
            mount --bind "$classes" "$root/mnt/classes"
            mount --bind "$tmp" "$root/mnt/tmp"
            if [ ! -e "$root$jdk" ]; then
                mkdir -p "$root$jdk"
                mount --bind "$jdk" "$root$jdk"
            fi
            if [ -n "$TMP_LINK" ]; then
                ln -s "$TMP_LINK" "$root/tmp"
            else
                mkdir -p "$root/tmp"
                mount --bind "$tmp" "$root/tmp"
                if [ -n "$TMP_OPTIONS" ]; then
                    mount -o "remount,bind,$TMP_OPTIONS" "$root/tmp"
                fi
            fi
            exec "$@"
            """;

    /** Root directory, where {@code /tmp} comes from, classes; then what to run. */
    private static final String TREE_SCRIPT = """
            set -e
            root=$1 tmp=$2 classes=$3
            shift 3
            mount -t proc none "$root/proc"
            mount --rbind /dev "$root/dev"
            mkdir -p "$root/sys"
            mount --rbind /sys "$root/sys"
            mount --bind "$tmp" "$root/tmp"
            mount --bind "$classes" "$root/mnt"
            exec chroot "$root" "$@"
            """;

    /** What is the container's own. */
    enum Kind {
        /** The root directory. */
        ROOT,
        /** That, and the numbers of processes. */
        PROCESSES,
        /** The directory for temporary files alone, as systemd's PrivateTmp makes it. */
        TMP,
        /** The root directory; and the application is not root's. */
        ROOT_OF_OTHER_USER,
        /** The root directory, and the users: its root is none on the host. */
        USERS
    }

    private final Path home;
    private final Path tmp;
    private final TargetProcess target;
    private final long pid;

    private Container(Path home, TargetProcess target, long pid) {
        this.home = home;
        this.tmp = home.resolve("tmp");
        this.target = target;
        this.pid = pid;
    }

    /** Starts a target in a container. */
    static Container start(Kind kind, int major, Class<?> main, String... arguments) throws IOException {
        return start(kind, "", major, main, arguments);
    }

    /**
     * Starts a target in a container where {@code /tmp} is a symbolic link.
     *
     * @param link where it leads to; {@code /mnt/tmp} is a directory in there. A directory if it is ""
     */
    static Container start(Kind kind, String link, int major, Class<?> main, String... arguments) throws IOException {
        return start(kind, List.of("TMP_LINK=" + link, "TMP_OPTIONS="), List.of(), major, main, arguments);
    }

    /**
     * Starts a target with a {@code /tmp} of its own that is mounted in some way.
     *
     * @param options of mount, such as {@code noexec}
     * @param flags of the JVM
     */
    static Container startTmp(String options, List<String> flags, int major, Class<?> main, String... arguments)
            throws IOException {
        return start(Kind.TMP, List.of("TMP_LINK=", "TMP_OPTIONS=" + options), flags, major, main, arguments);
    }

    /**
     * Starts a target in a container.
     *
     * @param flags of the JVM
     */
    static Container start(Kind kind, List<String> flags, int major, Class<?> main) throws IOException {
        return start(kind, List.of("TMP_LINK=", "TMP_OPTIONS="), flags, major, main);
    }

    private static Container start(
            Kind kind, List<String> tmp, List<String> flags, int major, Class<?> main, String... arguments)
            throws IOException {
        Path home = home();
        Files.createDirectory(home.resolve("root"));
        List<String> command = new ArrayList<>(List.of(MustRun.command("env")));
        command.addAll(tmp);
        command.addAll(List.of(MustRun.command("unshare"), "--mount"));
        if (kind == Kind.PROCESSES) {
            command.addAll(List.of("--pid", "--fork", "--kill-child"));
        }
        String root = kind == Kind.TMP ? "" : home.resolve("root").toString();
        command.addAll(
                List.of("sh", "-c", SCRIPT, "sh", root, home.resolve("tmp").toString()));
        command.add(MustRun.jdk(major).home().toString());
        command.add(Repository.classes().toString());
        command.addAll(inside(kind, root));
        command.addAll(List.of("/mnt/jdk/bin/java", "-XX:-UsePerfData", "-Duser.dir=/mnt/tmp"));
        command.addAll(flags);
        command.addAll(List.of("-cp", "/mnt/classes", main.getName()));
        command.addAll(List.of(arguments));
        TargetProcess target = TargetProcess.launched(command);
        if (kind == Kind.USERS) {
            mapUsers(target);
        }
        target.ready();
        return new Container(home, target, kind == Kind.PROCESSES ? onlyChild(target) : target.pid());
    }

    private static Path home() throws IOException {
        Path home = Files.createTempDirectory(
                Path.of("/tmp"),
                "javelin-it-container",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Child.run("install", "-d", "-m", "1777", home.resolve("tmp").toString()).ok();
        return home;
    }

    /**
     * Starts a target whose root directory is a tree with another system's files.
     *
     * @param java its launcher of Java, as it is to be found in there
     * @param classes where the target's classes are
     */
    static Container start(Path tree, Path java, Path classes, List<String> flags, Class<?> main, String... arguments)
            throws IOException {
        Path home = home();
        List<String> command = new ArrayList<>(List.of(java.toString()));
        command.addAll(flags);
        command.addAll(List.of("-XX:-UsePerfData", "-cp", "/mnt", main.getName()));
        command.addAll(List.of(arguments));
        TargetProcess target = TargetProcess.launched(inTree(tree, home.resolve("tmp"), classes, command))
                .ready();
        return new Container(home, target, target.pid());
    }

    /**
     * A command in such a tree.
     *
     * @param tmp what is to be its {@code /tmp}
     * @param classes what is to be its {@code /mnt}
     */
    static List<String> inTree(Path tree, Path tmp, Path classes, List<String> command) {
        List<String> all = new ArrayList<>(List.of(MustRun.command("unshare"), "--mount"));
        all.addAll(List.of("sh", "-c", TREE_SCRIPT, "sh", tree.toString(), tmp.toString(), classes.toString()));
        all.addAll(command);
        return all;
    }

    private static List<String> inside(Kind kind, String root) {
        return switch (kind) {
            case TMP -> List.of();
            case ROOT, PROCESSES -> List.of("chroot", root);
            case ROOT_OF_OTHER_USER -> List.of("chroot", "--userspec=" + USER + ":" + USER, "--groups=", root);
            case USERS ->
                List.of( // who has changed his root may not make users
                        "unshare",
                        "--user",
                        "--keep-caps",
                        "--root=" + root,
                        "sh",
                        "-c",
                        "echo MAP && read -r go && exec setpriv --reuid=0 --regid=0 --clear-groups \"$@\"",
                        "sh");
        };
    }

    private static void mapUsers(TargetProcess target) throws IOException {
        target.awaitOut(0, "MAP", PATIENCE);
        for (String map : List.of("uid_map", "gid_map")) {
            Files.writeString(Path.of("/proc/" + target.pid() + "/" + map), "0 " + SHIFTED + " 65536\n");
        }
        target.send("go");
    }

    private static long onlyChild(TargetProcess target) {
        return ProcessHandle.of(target.pid())
                .orElseThrow()
                .children()
                .findFirst()
                .orElseThrow()
                .pid();
    }

    /** The JVM, as the host counts. */
    long pid() {
        return pid;
    }

    /** The JVM, as it counts itself. */
    long pidInside() {
        return Long.parseLong(target.outLines().stream()
                .filter(line -> line.startsWith("READY"))
                .findFirst()
                .orElseThrow()
                .substring("READY ".length()));
    }

    TargetProcess target() {
        return target;
    }

    /** Its {@code /tmp}, by a path of the host's. */
    Path tmp() {
        return tmp;
    }

    @Override
    public void close() {
        target.close();
        Child.run("rm", "-rf", "--one-file-system", home.toString()).ok();
    }
}
