package dev.sealbox.domain.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UseRulesTest {
    private static final UseRule READ = new UseRule(
            UseRule.Effect.ALLOW,
            HostPattern.parseAll(List.of("*.example.com")),
            List.of("GET", "HEAD"),
            List.of(new PathPrefix("/v1/repos"), new PathPrefix("/open/")),
            List.of(443));
    private static final UseRule NO_ADMIN = new UseRule(
            UseRule.Effect.DENY, List.of(), List.of(), List.of(new PathPrefix("/v1/repos/admin")), List.of());
    private static final UseRules RULES = new UseRules(List.of(READ, NO_ADMIN));

    private static UseRequest request(String host, int port, String method, String target) {
        return new UseRequest(new HostName(host), port, method, target, false);
    }

    private static String verdict(UseRules rules, String method, String target) {
        return rules.obstacle(request("a.example.com", 443, method, target))
                .map(Obstacle::code)
                .orElse("may");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /v1/repos, may",
        "GET, /v1/repos/x?y=/../z, may",
        "GET, /v1/repo%73/x, may",
        "HEAD, /open/x, may",
        "GET, /open, secret.allowed-by-no-rule",
        "GET, /v1/repository, secret.allowed-by-no-rule",
        "GET, /V1/repos, secret.allowed-by-no-rule",
        "get, /v1/repos, secret.allowed-by-no-rule",
        "POST, /v1/repos, secret.allowed-by-no-rule",
        "GET, /v1/repos/admin, secret.denied-by-rule-2",
        "GET, /v1/repos/%61dmin/x, secret.denied-by-rule-2",
        "GET, /v1/repos/administrators, may",
        "GET, /v1/repos/ADMIN, secret.ambiguous-request",
        "GET, /v1/repos/aDmin/x, secret.ambiguous-request",
        "GET, /v1/repos/%41dmin, secret.ambiguous-request",
    })
    void allowWhatIsAllowedAndNotDenied(String method, String target, String verdict) {
        assertThat(verdict(RULES, method, target)).isEqualTo(verdict);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/repos/../admin",
                "/v1/repos/..",
                "/v1/repos/./x",
                "/v1/repos/%2e%2e/admin",
                "/v1/repos/%2E/x",
                "/v1/repos//x",
                "//v1/repos",
                "/v1/repos/;a=b",
                "/v1/repos;x/y",
                "/v1/repos/%3bx",
                "/v1/repos/a%2fb",
                "/v1/repos/a%5cb",
                "/v1/repos/a\\b",
                "/v1/repos/%252e%252e/x",
                "/v1/repos/%c0%ae%c0%ae/x",
                "/v1/repos/%00",
                "/v1/repos/%0a",
                "/v1/repos/a#b",
                "/v1/repos/%23b",
                "/v1/repos/a%3fb",
                "/v1/repos/%zz",
                "/v1/repos/%2",
                "/v1/repos/%",
                "/v1/repos/\u00e9",
                "*",
                "v1/repos"
            })
    void denyWhatServersReadInDifferentWays(String target) {
        assertThat(verdict(RULES, "GET", target)).isEqualTo("secret.ambiguous-request");
        var deny = new UseRules(List.of(NO_ADMIN));
        assertThat(verdict(deny, "GET", target)).isEqualTo("secret.ambiguous-request");
    }

    @Test
    void doNotLookAtAPathThatNoRuleSpeaksOf() {
        var rules = new UseRules(
                List.of(new UseRule(UseRule.Effect.DENY, List.of(), List.of("DELETE"), List.of(), List.of())));

        assertThat(verdict(rules, "GET", "/a/../b")).isEqualTo("may");
        assertThat(verdict(rules, "DELETE", "/a")).isEqualTo("secret.denied-by-rule-1");
        assertThat(verdict(rules, "delete", "/a")).isEqualTo("secret.ambiguous-request");
        assertThat(verdict(rules, "DELETED", "/a")).isEqualTo("may");
    }

    @Test
    void denyRequestsThatPretendToBeOthers() {
        var disguised = new UseRequest(new HostName("a.example.com"), 443, "GET", "/v1/repos", true);

        assertThat(RULES.obstacle(disguised)).contains(Obstacle.AMBIGUOUS);
        var byHost = new UseRules(List.of(new UseRule(
                UseRule.Effect.DENY, HostPattern.parseAll(List.of("b.test")), List.of(), List.of(), List.of())));
        assertThat(byHost.obstacle(disguised)).isEmpty();
        assertThat(new UseRules(List.of()).obstacle(disguised)).isEmpty();
    }

    @Test
    void meanHostsAndPorts() {
        assertThat(RULES.obstacle(request("example.com", 443, "GET", "/open/"))).contains(Obstacle.NO_RULE);
        assertThat(RULES.obstacle(request("a.example.com", 8443, "GET", "/open/")))
                .contains(Obstacle.NO_RULE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "v1", "/a//b", "/a/../b", "/%2e", "/a?b", "/a;b", "/%61", "/a%2fb", "/\u00e9"})
    void areNotMadeOfPrefixesThatMeanNoPlace(String prefix) {
        assertThatThrownBy(() -> new PathPrefix(prefix)).isInstanceOf(InvalidValue.class);
    }

    @Test
    void areBounded() {
        assertThat(UseRules.checked(Collections.nCopies(32, READ))).hasSize(32);
        assertThatThrownBy(() -> UseRules.checked(Collections.nCopies(33, READ)))
                .isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> new UseRule(
                        UseRule.Effect.DENY, List.of(), Collections.nCopies(65, "GET"), List.of(), List.of()))
                .isInstanceOf(InvalidValue.class);
    }
}
