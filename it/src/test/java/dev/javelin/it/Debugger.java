package dev.javelin.it;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import dev.javelin.it.harness.TargetProcess;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Looks at the code that methods of a target have now; it connects anew each time, since a debugger keeps what it has seen. */
final class Debugger {
    /** The target must be started with these. */
    static final List<String> OPTIONS =
            List.of("-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0");

    private int connections;

    /** The bytecodes of a method, in hexadecimal digits: of each class of this name that the JVM has. */
    List<String> code(TargetProcess target, String type, String method) throws Exception {
        VirtualMachine machine = connect(target);
        try {
            return machine.classesByName(type).stream()
                    .filter(ReferenceType::isPrepared)
                    .map(each -> HexFormat.of()
                            .formatHex(each.methodsByName(method).get(0).bytecodes()))
                    .toList();
        } finally {
            machine.dispose();
        }
    }

    private VirtualMachine connect(TargetProcess target) throws Exception {
        int all = connections + 1;
        Watch.until(() -> listening(target).size() == all);
        connections++;
        String listening = listening(target).get(connections - 1);
        AttachingConnector connector = Bootstrap.virtualMachineManager().attachingConnectors().stream()
                .filter(each -> each.name().equals("com.sun.jdi.SocketAttach"))
                .findFirst()
                .orElseThrow();
        Map<String, Connector.Argument> arguments = connector.defaultArguments();
        arguments.get("hostname").setValue("127.0.0.1");
        arguments.get("port").setValue(listening.replaceAll(".*\\D(\\d+)$", "$1"));
        return connector.attach(arguments);
    }

    private static List<String> listening(TargetProcess target) {
        return target.outLines().stream()
                .filter(line -> line.startsWith("Listening"))
                .toList();
    }
}
