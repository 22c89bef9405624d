package dev.javelin.collector.probe;

import dev.javelin.collector.walker.ProbeRow.Argument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The record of a classic tracepoint, as tracefs describes it in {@code events/CATEGORY/NAME/format}: the fields after the common ones,
 * in their order, are its arguments.
 */
final class TracepointFormat {
    private static final Pattern FIELD =
            Pattern.compile("\\s*field:(.*?)(\\w+)(\\[.*])?;\\s*offset:(\\d+);\\s*size:(\\d+);\\s*signed:([01]);\\s*");

    private static final int LONGEST_RECORD = 4096;
    private static final int MOST = 12;

    private TracepointFormat() {}

    private record Field(String type, String name, boolean number, Argument argument) {}

    /**
     * Where the arguments are, at most as many as a probe has. A field that is no number, such as a text, counts as 0.
     *
     * @throws IOException if the file cannot be read
     */
    static List<Argument> read(Path format) throws IOException {
        return fields(format).stream().map(Field::argument).toList();
    }

    /**
     * The arguments that are numbers, by their names.
     *
     * @throws IOException if the file cannot be read
     */
    static List<Parameter> parameters(Path format) throws IOException {
        List<Field> fields = fields(format);
        List<Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            Field field = fields.get(i);
            if (field.number()) {
                Parameter.Form form = field.type().indexOf('*') >= 0 ? Parameter.Form.HEX : Parameter.Form.NUMBER;
                parameters.add(new Parameter(i, field.name(), form));
            }
        }
        return parameters;
    }

    private static List<Field> fields(Path format) throws IOException {
        List<Field> fields = new ArrayList<>();
        for (String line : Files.readString(format).split("\n", -1)) {
            Matcher field = FIELD.matcher(line);
            if (!field.matches() || field.group(2).startsWith("common_") || fields.size() == MOST) {
                continue;
            }
            int offset = Integer.parseInt(field.group(4));
            int size = Integer.parseInt(field.group(5));
            boolean number = field.group(3) == null
                    && !field.group(1).contains("__data_loc")
                    && (size == 1 || size == 2 || size == 4 || size == 8)
                    && offset < LONGEST_RECORD;
            Argument argument = number
                    ? new Argument(Argument.FIELD, size, field.group(6).equals("1"), 0, 0, 0, offset)
                    : new Argument(Argument.CONSTANT, Long.BYTES, false, 0, 0, 0, 0);
            fields.add(new Field(field.group(1), field.group(2), number, argument));
        }
        return fields;
    }
}
