package dev.javelin.collector.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.collector.elf.ElfFile;
import dev.javelin.collector.elf.Tools;
import dev.javelin.collector.elf.UsdtProbe;
import dev.javelin.collector.probe.ArgumentLocation.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsdtArgumentsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "8@%rdi                     | REGISTER DI null 0 0 0 8 false",
                "-4@%eax                    | REGISTER AX null 0 0 0 4 true",
                "2@%ax                      | REGISTER AX null 0 0 0 2 false",
                "1@%al                      | REGISTER AX null 0 0 0 1 false",
                "1@%ah                      | REGISTER AX null 0 0 8 1 false",
                "1@%dil                     | REGISTER DI null 0 0 0 1 false",
                "1@%bpl                     | REGISTER BP null 0 0 0 1 false",
                "-8@%r12                    | REGISTER R12 null 0 0 0 8 true",
                "4@%r10d                    | REGISTER R10 null 0 0 0 4 false",
                "2@%r9w                     | REGISTER R9 null 0 0 0 2 false",
                "1@%r8b                     | REGISTER R8 null 0 0 0 1 false",
                "8@$5                       | CONSTANT null null 0 5 0 8 false",
                "-4@$-1                     | CONSTANT null null 0 -1 0 4 true",
                "1@$0                       | CONSTANT null null 0 0 0 1 false",
                "8@$0xffffffffffffffff      | CONSTANT null null 0 -1 0 8 false",
                "8@$18446744073709551615    | CONSTANT null null 0 -1 0 8 false",
                "8@-16(%rbp)                | MEMORY BP null 0 -16 0 8 false",
                "8@(%rsp)                   | MEMORY SP null 0 0 0 8 false",
                "4@0x10(%rsp)               | MEMORY SP null 0 16 0 4 false",
                "4@8(%rax,%rbx,4)           | MEMORY AX BX 4 8 0 4 false",
                "4@8(%rax, %rbx, 4)         | MEMORY AX BX 4 8 0 4 false",
                "8@(%rax,%r15)              | MEMORY AX R15 1 0 0 8 false",
                "8@-8(,%rcx,8)              | MEMORY null CX 8 -8 0 8 false",
                "8@symbol(%rip)             | UNKNOWN null null 0 0 0 8 false",
                "8@symbol+4(%rip)           | UNKNOWN null null 0 0 0 8 false",
                "8@16(%rip)                 | UNKNOWN null null 0 0 0 8 false",
                "-8@%fs:0                   | UNKNOWN null null 0 0 0 8 true",
                "8@%xmm0                    | UNKNOWN null null 0 0 0 8 false",
                "8f@%xmm0                   | UNKNOWN null null 0 0 0 0 false",
                "8@4(%eax)                  | UNKNOWN null null 0 0 0 8 false",
                "8@4(%rax,%rbx,3)           | UNKNOWN null null 0 0 0 8 false",
                "8@()                       | UNKNOWN null null 0 0 0 8 false",
                "8@$99999999999999999999    | UNKNOWN null null 0 0 0 8 false",
                "8@                         | UNKNOWN null null 0 0 0 8 false",
                "3@%rax                     | UNKNOWN null null 0 0 0 0 false",
                "%rax                       | UNKNOWN null null 0 0 0 0 false",
            })
    void shouldReadAnArgument(String text, String expected) {
        assertThat(UsdtArguments.parse(text))
                .singleElement()
                .satisfies(argument -> assertThat(argument.kind() + " "
                                + argument.register() + " " + argument.index() + " " + argument.scale() + " "
                                + argument.value()
                                + " " + argument.shift() + " " + argument.size() + " " + argument.signed())
                        .isEqualTo(expected));
    }

    @Test
    void shouldKeepTheNumbersOfTheOthersWhenOneIsNotUnderstood() {
        assertThat(UsdtArguments.parse(" -4@%eax 8@-16(%rbp) rubbish 4@8(%rax, %rbx, 4)  8@symbol(%rip) 1@$0 "))
                .extracting(ArgumentLocation::type)
                .containsExactly("s32", "u64", "?", "u32", "?", "u8");
        assertThat(UsdtArguments.parse("")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"rax,80", "esp,152", "bp,32", "sil,104", "r15b,0", "rdx,96", "cl,88"})
    void shouldKnowWhereTheKernelKeepsARegister(String name, int offset) {
        assertThat(X86Register.named(name).offset()).isEqualTo(offset);
    }

    @Test
    void shouldUnderstandEveryArgumentOfLibjvm() throws IOException {
        for (Path path : Tools.libjvms()) {
            try (ElfFile file = ElfFile.open(path)) {
                List<UsdtProbe> probes = UsdtProbe.read(file);
                long arguments = probes.stream()
                        .flatMap(probe -> UsdtArguments.parse(probe.arguments()).stream())
                        .peek(argument -> assertThat(argument.kind()).isNotEqualTo(Kind.UNKNOWN))
                        .count();
                System.out.println(path + ": " + probes.size() + " USDT probes, " + arguments + " arguments");
            }
        }
    }
}
