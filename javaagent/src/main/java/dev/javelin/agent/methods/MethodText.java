package dev.javelin.agent.methods;

import org.objectweb.asm.Type;

/** Methods as users write them. */
final class MethodText {
    private MethodText() {}

    /**
     * The types of the parameters with commas between them.
     *
     * @param packages whether classes have theirs
     */
    static String parameters(String descriptor, boolean packages) {
        StringBuilder text = new StringBuilder();
        for (Type type : Type.getArgumentTypes(descriptor)) {
            String name = type.getClassName();
            text.append(text.length() == 0 ? "" : ",")
                    .append(packages ? name : name.substring(name.lastIndexOf('.') + 1));
        }
        return text.toString();
    }
}
