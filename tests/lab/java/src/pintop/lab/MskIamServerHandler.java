package pintop.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.auth.SaslExtensionsCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerTokenCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker's side of MSK IAM over SASL/OAUTHBEARER, for tests. Set as the listener's server
 * handler and as its login handler: Kafka makes the broker log in too, which is answered with no
 * token.
 *
 * <p>As with MSK the client is told {@code Access denied} whatever is wrong; the reason goes to the
 * broker's log, with the access key id and never a token, secret or signature. System properties:
 * {@code pintop.lab.iam.keys} (see {@link IamKeys}, read at each login) and {@code
 * pintop.lab.iam.region}.
 */
public final class MskIamServerHandler implements AuthenticateCallbackHandler {
    private static final Logger LOG = LoggerFactory.getLogger("pintop.lab.iam");

    private Path keys;
    private String region;

    @Override
    public void configure(
            Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {
        keys = Path.of(System.getProperty("pintop.lab.iam.keys"));
        region = System.getProperty("pintop.lab.iam.region");
    }

    @Override
    public void handle(Callback[] callbacks) throws IOException, UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            if (callback instanceof OAuthBearerValidatorCallback login) {
                validate(login);
            } else if (!(callback instanceof OAuthBearerTokenCallback)
                    && !(callback instanceof SaslExtensionsCallback)) {
                throw new UnsupportedCallbackException(callback);
            }
        }
    }

    private void validate(OAuthBearerValidatorCallback login) throws IOException {
        String who = "?";
        try {
            MskIamToken token = new MskIamToken(login.tokenValue());
            who = token.accessKeyId();
            token.verify(IamKeys.find(keys, who), region, Instant.now());
            login.token(token);
            LOG.info("accepted {} until {}", who, Instant.ofEpochMilli(token.lifetimeMs()));
        } catch (MskIamToken.Refused why) {
            LOG.info("refused {}: {}", who, why.getMessage());
            login.error(
                    why.isMalformed ? "Invalid authentication payload" : "Access denied", null, null);
        }
    }

    @Override
    public void close() {}
}
