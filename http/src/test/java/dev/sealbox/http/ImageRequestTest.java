package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.image.Images.Wanted;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageRequestTest {

    /** What {@code Image} of the TypeScript SDK 0.12.4 makes, with its {@code cacheKey()}. */
    static Stream<JsonNode> imagesOfTheSdk() throws IOException {
        try (var in = ImageRequestTest.class.getResourceAsStream("images-of-the-sdk.json")) {
            return StreamSupport.stream(
                    Json.MAPPER.readTree(Objects.requireNonNull(in)).spliterator(), false);
        }
    }

    private static Wanted image(String json) {
        return ImageRequest.of(JsonBody.parse(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static Wanted step(String type, String args) {
        return image("{\"steps\":[{\"type\":\"" + type + "\",\"args\":" + args.replace('\'', '"') + "}]}");
    }

    @ParameterizedTest
    @MethodSource("imagesOfTheSdk")
    void hashesAsTheSdkDoes(JsonNode sample) {
        assertThat(image(sample.path("image").toString()).manifest().hash().hex())
                .isEqualTo(sample.path("cacheKey").asText());
    }

    @Test
    void takesOtherNamesOfTheBaseForIt() {
        var plain = image("{\"base\":\"base\",\"steps\":[]}").manifest().hash();

        assertThat(Stream.of("{\"steps\":[]}", "{\"base\":\"\",\"steps\":[]}", "{\"base\":\"ubuntu\",\"steps\":[]}"))
                .allSatisfy(json -> assertThat(image(json).manifest().hash()).isEqualTo(plain));
    }

    @ParameterizedTest
    @CsvSource({"0,4096", "-5,4096", "1,1024", "8192,8192", "999999,16384"})
    void keepsTheBuildersMemoryWithinBounds(int asked, int given) {
        assertThat(image("{\"steps\":[],\"builderMemoryMB\":" + asked + "}").memoryMB())
                .isEqualTo(given);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"steps\":null}",
                "{\"steps\":{}}",
                "{\"steps\":[1]}",
                "{\"base\":\"alpine\",\"steps\":[]}",
                "{\"base\":1,\"steps\":[]}",
                "{\"steps\":[],\"builderMemoryMB\":\"much\"}",
                "{\"steps\":[{\"type\":\"run\"}]}",
                "{\"steps\":[{\"args\":{}}]}",
                "{\"steps\":[{\"type\":\"run\",\"commands\":[\"flat\"]}]}",
            })
    void refusesWhatIsNoImage(String json) {
        assertThatThrownBy(() -> image(json)).isInstanceOf(InvalidValue.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "destroy|{}",
                "RUN|{'commands':['a']}",
                "apt_install|{}",
                "apt_install|{'packages':[]}",
                "apt_install|{'packages':'curl'}",
                "apt_install|{'packages':[1]}",
                "apt_install|{'packages':['-o=Dpkg::Pre-Invoke::=id']}",
                "apt_install|{'packages':['curl; id']}",
                "apt_install|{'packages':['curl\\nid']}",
                "apt_install|{'packages':['$(id)']}",
                "apt_install|{'packages':['./local.deb']}",
                "apt_install|{'packages':['sudo-']}",
                "apt_install|{'packages':['']}",
                "pip_install|{'packages':['--index-url=https://evil.test','a']}",
                "pip_install|{'packages':[' -r /etc/passwd']}",
                "pip_install|{'packages':['a\\nb']}",
                "run|{'commands':[]}",
                "run|{'commands':['']}",
                "run|{'commands':['a\\u0000b']}",
                "env|{}",
                "env|{'vars':{'A':1}}",
                "env|{'vars':{'':'x'}}",
                "env|{'vars':{'A=B':'x'}}",
                "env|{'vars':{'A B':'x'}}",
                "env|{'vars':{'BASH_FUNC_ls%%':'() { id; }'}}",
                "env|{'vars':{'A':'x\\u0000'}}",
                "workdir|{'path':'relative'}",
                "workdir|{'path':'/a/../../etc'}",
                "add_file|{'path':'/a'}",
                "add_file|{'path':'a','content':''}",
                "add_file|{'path':'/a/','content':''}",
                "add_file|{'path':'/../etc/passwd','content':''}",
                "add_file|{'path':'/a\\u0000','content':''}",
                "add_file|{'path':'/a','content':'not base64'}",
                "add_file|{'path':'/a','content':'YQ'}",
                "add_file|{'path':'/a','content':'YQ==','encoding':'hex'}",
                "add_dir|{'path':'/a'}",
                "add_dir|{'path':'/a','files':['x']}",
                "add_dir|{'path':'/a','files':[{'relativePath':'../x','content':''}]}",
                "add_dir|{'path':'/a','files':[{'relativePath':'x/../../y','content':''}]}",
                "add_dir|{'path':'/a','files':[{'relativePath':'..\\\\x','content':''}]}",
                "add_dir|{'path':'/a','files':[{'relativePath':'/etc/passwd','content':''}]}",
                "add_dir|{'path':'/a','files':[{'relativePath':'','content':''}]}",
                "add_dir|{'path':'/a','files':[{'content':''}]}",
            })
    void tellsInWhichStepAMistakeIs(String type, String args) {
        assertThatThrownBy(() -> step(type, args))
                .isInstanceOf(InvalidValue.class)
                .hasMessageStartingWith("image step 1: ");
    }

    @Test
    void refusesTooManySteps() {
        var step = "{\"type\":\"workdir\",\"args\":{\"path\":\"/a\"}}";

        assertThatThrownBy(() -> image("{\"steps\":[" + (step + ",").repeat(200) + step + "]}"))
                .isInstanceOf(InvalidValue.class)
                .hasMessageContaining("200");
    }

    @Test
    void refusesMoreVariablesThanACommandCanCarry() {
        assertThatThrownBy(() -> step("env", "{'vars':{'A':'" + "x".repeat(70_000) + "'}}"))
                .isInstanceOf(InvalidValue.class);
    }
}
