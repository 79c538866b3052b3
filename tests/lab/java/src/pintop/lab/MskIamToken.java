package pintop.lab;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner.AuthLocation;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/**
 * An MSK IAM token as the broker sees it: a presigned URL in base64url. {@link #verify} signs the
 * same request again with the AWS SDK's own signer and compares.
 */
final class MskIamToken implements OAuthBearerToken {
    /** The token is refused. {@code isMalformed}: it could not even be read. */
    static final class Refused extends Exception {
        final boolean isMalformed;

        Refused(boolean isMalformed, String why) {
            super(why);
            this.isMalformed = isMalformed;
        }
    }

    private static final DateTimeFormatter AMZ_DATE =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);
    private static final int EXPIRES_MAX_S = 900;
    private static final Set<String> NOT_SIGNED = Set.of("X-Amz-Signature", "User-Agent");
    /** What the signer adds by itself. */
    private static final Set<String> SIGNERS_OWN =
            Set.of(
                    "X-Amz-Algorithm",
                    "X-Amz-Credential",
                    "X-Amz-Date",
                    "X-Amz-Expires",
                    "X-Amz-Security-Token",
                    "X-Amz-SignedHeaders");

    private final String text;
    private final URI url;
    private final Map<String, String> query = new HashMap<>();
    private final String[] credential; // key id, date, region, service, aws4_request
    private final Instant signed;
    private final int expiresSeconds;
    private String principal; // known once it is verified

    /** Reads the token; trusts nothing of it. */
    MskIamToken(String text) throws Refused {
        this.text = text;
        try {
            url = URI.create(new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8));
            for (String pair : url.getRawQuery().split("&")) {
                String[] sides = pair.split("=", 2);
                if (query.put(decode(sides[0]), decode(sides[1])) != null) {
                    throw new Refused(true, "a parameter stands there twice");
                }
            }
            credential = parameter("X-Amz-Credential").split("/");
            signed = Instant.from(AMZ_DATE.parse(parameter("X-Amz-Date")));
            expiresSeconds = Integer.parseInt(parameter("X-Amz-Expires"));
        } catch (IllegalArgumentException
                | NullPointerException
                | IndexOutOfBoundsException
                | DateTimeParseException e) {
            throw new Refused(true, "not a presigned URL in base64url");
        }
        if (credential.length != 5) {
            throw new Refused(true, "X-Amz-Credential has not five parts");
        }
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private String parameter(String name) throws Refused {
        String value = query.get(name);
        if (value == null) {
            throw new Refused(true, "no " + name);
        }
        return value;
    }

    String accessKeyId() {
        return credential[0];
    }

    private static void check(boolean holds, String why) throws Refused {
        if (!holds) {
            throw new Refused(false, why);
        }
    }

    /** Everything a broker of that region would ask. {@code key}: what belongs to the key id, or null. */
    void verify(IamKeys.Key key, String region, Instant now) throws Refused {
        check("https".equals(url.getScheme()), "scheme is not https");
        check(("kafka." + region + ".amazonaws.com").equals(url.getHost()), "host is of another region");
        check("".equals(url.getPath()) || "/".equals(url.getPath()), "there is a path");
        check("kafka-cluster:Connect".equals(query.get("Action")), "another action");
        check("AWS4-HMAC-SHA256".equals(query.get("X-Amz-Algorithm")), "another algorithm");
        check("host".equals(query.get("X-Amz-SignedHeaders")), "other headers than host are signed");
        check(region.equals(credential[2]), "scope: another region");
        check("kafka-cluster".equals(credential[3]), "scope: another service");
        check("aws4_request".equals(credential[4]), "scope: no aws4_request");
        check(AMZ_DATE.format(signed).startsWith(credential[1]), "scope: another day than X-Amz-Date");
        check(expiresSeconds >= 1 && expiresSeconds <= EXPIRES_MAX_S, "X-Amz-Expires is not 1 to 900");
        check(!signed.isAfter(now.plus(CLOCK_SKEW)), "signed in the future: a clock is off");
        check(now.isBefore(expiry()), "expired");
        check(key != null, "unknown access key");
        check(key.end() == null || now.isBefore(key.end()), "the key has ended");
        String session = query.get("X-Amz-Security-Token");
        check(key.sessionToken() == null ? session == null : key.sessionToken().equals(session),
                "the security token is not the key's");
        check(isEqual(parameter("X-Amz-Signature"), signature(key, region)), "signature");
        principal = key.principal();
    }

    private static boolean isEqual(String a, String b) {
        return MessageDigest.isEqual(
                a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }

    private String signature(IamKeys.Key key, String region) {
        SdkHttpRequest.Builder request =
                SdkHttpRequest.builder()
                        .method(SdkHttpMethod.GET)
                        .protocol("https")
                        .host(url.getHost())
                        .encodedPath("/");
        query.forEach(
                (name, value) -> {
                    if (!NOT_SIGNED.contains(name) && !SIGNERS_OWN.contains(name)) {
                        request.putRawQueryParameter(name, value);
                    }
                });
        AwsCredentialsIdentity identity =
                key.sessionToken() == null
                        ? AwsCredentialsIdentity.create(accessKeyId(), key.secret())
                        : AwsSessionCredentialsIdentity.create(
                                accessKeyId(), key.secret(), key.sessionToken());
        SdkHttpRequest again =
                AwsV4HttpSigner.create()
                        .sign(
                                r ->
                                        r.identity(identity)
                                                .request(request.build())
                                                .putProperty(
                                                        AwsV4FamilyHttpSigner.AUTH_LOCATION,
                                                        AuthLocation.QUERY_STRING)
                                                .putProperty(
                                                        AwsV4FamilyHttpSigner.EXPIRATION_DURATION,
                                                        Duration.ofSeconds(expiresSeconds))
                                                .putProperty(
                                                        AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME,
                                                        "kafka-cluster")
                                                .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                                                .putProperty(
                                                        HttpSigner.SIGNING_CLOCK,
                                                        Clock.fixed(signed, ZoneOffset.UTC)))
                        .request();
        return again.firstMatchingRawQueryParameter("X-Amz-Signature").orElse("");
    }

    private Instant expiry() {
        return signed.plusSeconds(expiresSeconds);
    }

    // ---- what Kafka wants to know

    @Override
    public String value() {
        return text;
    }

    @Override
    public Set<String> scope() {
        return Set.of();
    }

    @Override
    public long lifetimeMs() {
        return expiry().toEpochMilli();
    }

    @Override
    public String principalName() {
        return principal;
    }

    @Override
    public Long startTimeMs() {
        return signed.toEpochMilli();
    }

    @Override
    public String toString() {
        return "MskIamToken(" + accessKeyId() + ")"; // never the token
    }
}
