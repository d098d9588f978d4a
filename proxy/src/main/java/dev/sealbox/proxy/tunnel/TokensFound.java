package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.egress.Location;
import dev.sealbox.domain.egress.Obstacle;
import dev.sealbox.domain.egress.UnusableTokens;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.proxy.rewrite.Substitutions;
import java.util.function.BiConsumer;

/**
 * What follows from the tokens in a request: a value is carried; an unusable one is counted, or ends it where a store
 * wants that; an unknown one ends it.
 *
 * @param carries what is to be done before a value is put in
 */
record TokensFound(Account account, UnusableTokens unusable, BiConsumer<SecretName, Location> carries)
        implements Substitutions.Found {

    @Override
    public void carries(SecretName name, Location location) {
        carries.accept(name, location);
    }

    @Override
    public void unusable(SecretName name, Location location, Obstacle obstacle) {
        if (unusable == UnusableTokens.REFUSE) {
            throw new Objection(Problem.unusableToken(name, obstacle));
        }
        account.unusable(name, location, obstacle);
    }

    @Override
    public void maimed() {
        if (unusable == UnusableTokens.REFUSE) {
            throw new Objection(Problem.maimedToken());
        }
        account.warns(Account.MAIMED);
    }

    @Override
    public void unknown() {
        throw new Objection(Problem.unknownToken());
    }
}
