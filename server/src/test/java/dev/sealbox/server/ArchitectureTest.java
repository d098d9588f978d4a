package dev.sealbox.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.concurrent.CompletableFuture;

@AnalyzeClasses(packages = "dev.sealbox", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule domainKnowsNothingOutsideTheLanguage = classes()
            .that()
            .resideInAPackage("dev.sealbox.domain..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.sealbox.domain..",
                    "java.io",
                    "java.lang..",
                    "java.net",
                    "java.nio.charset",
                    "java.security",
                    "java.time..",
                    "java.util..",
                    "org.jspecify..",
                    "com.google.errorprone.annotations..");

    /** InputStream is the JDK's word for a stream of bytes; a file or a socket would be IO. */
    @ArchTest
    static final ArchRule domainDoesNoIo = noClasses()
            .that()
            .resideInAPackage("dev.sealbox.domain..")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("java\\.(io\\.(File|Console|RandomAccess).*|net\\.(?!IDN).*)");

    @ArchTest
    static final ArchRule adaptersDoNotKnowEachOther = slices().matching(
                    "dev.sealbox.(persistence|http|proxy|runtime)..")
            .should()
            .notDependOnEachOther();

    @ArchTest
    static final ArchRule nobodyKnowsTheServer = noClasses()
            .that()
            .resideOutsideOfPackage("dev.sealbox.server..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.sealbox.server..");

    @ArchTest
    static final ArchRule partsAreFreeOfCycles =
            slices().matching("dev.sealbox.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesOfTheDomainAreFreeOfCycles =
            slices().matching("dev.sealbox.domain.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule actorsDoNotBlock = noClasses()
            .that()
            .resideInAnyPackage("dev.sealbox.persistence..", "dev.sealbox.http..", "dev.sealbox.proxy..")
            .should()
            .callMethod(CompletableFuture.class, "join");
}
