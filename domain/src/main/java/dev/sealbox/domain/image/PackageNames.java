package dev.sealbox.domain.image;

import dev.sealbox.domain.InvalidValue;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What may be asked of the package managers: names of packages, never options. */
final class PackageNames {
    /** name, perhaps :architecture, perhaps =version or /release. A name that ends with - would remove the package. */
    private static final Pattern DEBIAN =
            Pattern.compile("[a-z0-9][a-z0-9.+-]*[a-z0-9+](:[a-z0-9-]+)?((=[A-Za-z0-9.+~:-]+)|(/[a-z0-9.-]+))?");

    private static final int MOST = 1_000;
    private static final int LONGEST = 1_000;

    private PackageNames() {}

    static List<String> debian(List<String> packages) {
        return checked(packages, name -> DEBIAN.matcher(name).matches(), "a Debian package's name");
    }

    /** Requirement specifiers, URLs included. */
    static List<String> python(List<String> packages) {
        return checked(
                packages,
                name -> !name.isBlank()
                        && !name.strip().startsWith("-")
                        && name.chars().noneMatch(Character::isISOControl),
                "a Python requirement");
    }

    private static List<String> checked(List<String> packages, Predicate<String> form, String what) {
        if (packages.isEmpty() || packages.size() > MOST) {
            throw new InvalidValue("packages must be from 1 to " + MOST);
        }
        packages.forEach(name -> {
            if (name.length() > LONGEST || !form.test(name)) {
                throw new InvalidValue("packages holds what is not " + what);
            }
        });
        return List.copyOf(packages);
    }
}
