package dev.javelin.collector.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.elf.Tools;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstructionReaderTest {
    private static final Pattern INSTRUCTION = Pattern.compile(" *([0-9a-f]+):\\t(.*)");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "push rbp                      | 55                            | 1",
                "endbr64                       | f3 0f 1e fa                   | 4",
                "mov rax,[rip+d]               | 48 8b 05 01 02 03 04          | 7",
                "mov rax,[rsp+rcx*4+d]         | 48 8b 84 8c 01 02 03 04       | 8",
                "mov eax,[rcx*4+d]             | 8b 04 8d 01 02 03 04          | 7",
                "movabs r10,imm                | 49 ba 01 02 03 04 05 06 07 08 | 10",
                "mov ax,imm                    | 66 b8 01 02                   | 4",
                "test dword [rdi],imm          | f7 07 01 02 03 04             | 6",
                "not dword [rdi]               | f7 17                         | 2",
                "test byte [rdi],imm           | f6 07 01                      | 3",
                "movabs eax,moffs              | a1 01 02 03 04 05 06 07 08    | 9",
                "enter                         | c8 10 00 00                   | 4",
                "call with prefixes            | 66 66 48 e8 01 02 03 04       | 8",
                "pshufd                        | 66 0f 70 c0 01                | 5",
                "pshufb                        | 66 0f 38 00 c1                | 5",
                "palignr                       | 66 0f 3a 0f c1 08             | 6",
                "vzeroupper                    | c5 f8 77                      | 3",
                "vpshufb ymm                   | c4 e2 7d 00 c1                | 5",
                "vpalignr ymm                  | c4 e3 7d 0f c1 08             | 6",
                "vmovdqu64 zmm,[rsi+disp8]     | 62 f1 fe 48 6f 46 01          | 7",
                "vpternlog with a constant     | 62 f3 75 48 25 c2 fe          | 7",
                "push es is of 32 bits only    | 06                            | -1",
                "the code ends                 | 48 8b 05 01                   | -1",
                "sixteen bytes                 | 66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 90 | -1",
                "no code                       | ''                            | -1",
            })
    void shouldKnowLengths(String what, String code, int length) {
        assertThat(new InstructionReader(bytes(code)).length(0)).as(what).isEqualTo(length);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "null",
            value = {
                "4  | null",
                "5  | null",
                "1  | no instruction of FUNC begins here, but at +0x0 and +0x4",
                "7  | no instruction of FUNC begins here, but at +0x5 and +0x8",
                "8  | what stands there is no instruction that is known",
                "9  | what stands at FUNC+0x8 is not understood, and so not whether an instruction begins here",
            })
    void shouldTellWhatIsWrongWithAnOffset(int offset, String wrong) {
        assertThat(FunctionOffset.wrong(bytes("f3 0f 1e fa 55 48 89 e5 06 90"), offset))
                .isEqualTo(wrong);
    }

    /** In all functions of real libraries, which have no data between their instructions (libcrypto has, in assembly code). */
    @Test
    void shouldAgreeWithADisassembler() throws Exception {
        Tools.require("objdump");
        for (Path path : List.of(Tools.libjvms().get(0), Tools.libc())) {
            int[] compared = compare(path);
            System.out.println(path + ": " + compared[0] + " instructions of " + compared[1] + " functions compared");
            assertThat(compared[1]).isGreaterThan(1000);
        }
    }

    private static int[] compare(Path path) throws Exception {
        NavigableMap<Long, String> instructions = disassemble(path);
        int[] compared = new int[2];
        try (ElfFile file = ElfFile.open(path)) {
            for (FunctionPoint function : FunctionTable.of(file).matching(List.of(), name -> true)) {
                if (function.size() > 0 && function.size() < 1 << 20) {
                    ByteBuffer code = file.bytes(function.fileOffset(), function.size(), function.symbol());
                    NavigableMap<Long, String> its =
                            instructions.subMap(function.address(), true, function.address() + function.size(), false);
                    compared[0] += compare(function, code, its);
                    compared[1]++;
                }
            }
        }
        return compared;
    }

    /** Up to where the disassembler itself does not know. */
    private static int compare(FunctionPoint function, ByteBuffer code, NavigableMap<Long, String> instructions) {
        InstructionReader reader = new InstructionReader(code);
        int at = 0;
        int compared = 0;
        while (at < code.limit()) {
            String instruction = instructions.get(function.address() + at);
            if (instruction != null && isNone(instruction)) {
                break;
            }
            String where = function.symbol() + "+0x" + Integer.toHexString(at) + ": " + instruction;
            int length = reader.length(at);
            assertThat(length).as(where).isGreaterThan(0);
            Long next = instructions.higherKey(function.address() + at);
            if (next != null && !startsWithWait(code, at)) {
                assertThat(at + length).as(where).isEqualTo((int) (next - function.address()));
                compared++;
            }
            at += length;
        }
        return compared;
    }

    private static boolean isNone(String instruction) {
        return instruction.contains("(bad)") || instruction.startsWith(".byte");
    }

    /** Two instructions that the disassembler shows as one. */
    private static boolean startsWithWait(ByteBuffer code, int at) {
        return (code.get(at) & 0xff) == 0x9b;
    }

    private static ByteBuffer bytes(String code) {
        byte[] bytes = new byte[code.isEmpty() ? 0 : code.split(" ", -1).length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(code.split(" ", -1)[i], 16);
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static NavigableMap<Long, String> disassemble(Path path) throws IOException {
        NavigableMap<Long, String> instructions = new TreeMap<>();
        ProcessBuilder builder = new ProcessBuilder("objdump", "-dw", "--no-show-raw-insn", path.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher matcher = INSTRUCTION.matcher(line);
                if (matcher.matches()) {
                    String text = matcher.group(2);
                    String word = text.contains("(bad)") ? text : text.substring(0, Math.min(12, text.length()));
                    instructions.put(Long.parseLong(matcher.group(1), 16), word.intern());
                }
            }
        }
        return instructions;
    }
}
