package pintop.lab;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Properties;

/**
 * The keys that the lab's brokers know, from a properties file that a test may change at any time:
 * {@code <access key id>=<secret>[,<session token>[,<end, RFC 3339>[,<principal>]]]}; the principal
 * is the key's id unless another is named.
 */
final class IamKeys {
    record Key(String secret, String sessionToken, Instant end, String principal) {}

    private IamKeys() {}

    /** The key as the file has it now, or null. */
    static Key find(Path file, String accessKeyId) throws IOException {
        Properties all = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            all.load(reader);
        }
        String value = all.getProperty(accessKeyId);
        if (value == null) {
            return null;
        }
        String[] parts = value.split(",");
        return new Key(
                parts[0],
                parts.length > 1 && !parts[1].isEmpty() ? parts[1] : null,
                parts.length > 2 && !parts[2].isEmpty() ? Instant.parse(parts[2]) : null,
                parts.length > 3 ? parts[3] : accessKeyId);
    }
}
