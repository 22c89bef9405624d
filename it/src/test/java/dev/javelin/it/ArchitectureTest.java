package dev.javelin.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.javelin.collector.Main;
import org.junit.jupiter.api.Test;

/** The arrows between the modules, as ARCHITECTURE.md draws them. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.javelin");

    @Test
    void modulesDependOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("flamegraph")
                .definedBy("dev.javelin.flamegraph..")
                .layer("bpf")
                .definedBy("dev.javelin.bpf..")
                .layer("agent")
                .definedBy("dev.javelin.agent..")
                .layer("collector")
                .definedBy("dev.javelin.collector..")
                .layer("it")
                .definedBy("dev.javelin.it..")
                .whereLayer("flamegraph")
                .mayOnlyBeAccessedByLayers("collector", "it")
                .whereLayer("bpf")
                .mayOnlyBeAccessedByLayers("collector", "it")
                .whereLayer("agent")
                .mayOnlyBeAccessedByLayers("collector", "it")
                .whereLayer("collector")
                .mayOnlyBeAccessedByLayers("it")
                .whereLayer("it")
                .mayNotBeAccessedByAnyLayer()
                .check(CLASSES);
    }

    @Test
    void onlyOnePackageKnowsJna() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.javelin.bpf.jna")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.sun.jna..")
                .check(CLASSES);
    }

    @Test
    void onlyTheBpfModuleCallsItsBindings() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.javelin.bpf..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.javelin.bpf.jna")
                .check(CLASSES);
    }

    @Test
    void onlyTheCommandLineKnowsItsParser() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.javelin.collector.cli")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("picocli..")
                .check(CLASSES);
    }

    @Test
    void theCommandLineIsTheTop() {
        noClasses()
                .that()
                .resideInAPackage("dev.javelin.collector..")
                .and()
                .resideOutsideOfPackage("dev.javelin.collector.cli")
                .and()
                .doNotBelongToAnyOf(Main.class)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.javelin.collector.cli")
                .check(CLASSES);
    }

    @Test
    void profilesKnowNeitherKernelNorNativeCode() {
        noClasses()
                .that()
                .resideInAPackage("dev.javelin.flamegraph..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.sun.jna..", "sun.misc..", "jdk.internal..")
                .check(CLASSES);
    }

    @Test
    void onlyMainEndsTheProcess() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.javelin.it..")
                .and()
                .doNotBelongToAnyOf(Main.class)
                .should()
                .callMethod(System.class, "exit", int.class)
                .check(CLASSES);
    }
}
