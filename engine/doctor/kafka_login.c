/* How the checks of the brokers log in. */
#include "aws/credentials.h"
#include "base/text.h"
#include "doctor/kafka.h"
#include "login/aws_setup.h"
#include "login/keyring.h"
#include "pintop/engine.h"

enum { TOKEN_S = 900 };

const struct pt_config *kafka_client_config(const struct check *check)
{
    const struct pt_config *found = check->found->kafka_cfg;
    bool is_own = check_set(check, "bootstrap.servers") != NULL;
    return found != NULL && !is_own ? found : check->cfg;
}

pt_code kafka_make_token(struct check *check, const struct pt_config *cfg, struct msk_token *out,
                         struct pt_error *err)
{
    struct aws_keys keys = {0};
    char region[AWS_REGION_MAX];
    if (!pt_config_is_iam(cfg))
        return PT_OK;
    pt_code code = keyring_take(check->keyring, check->setup, &keys, err);
    if (code == PT_OK && !aws_region_of_broker(check->found->brokers, region, sizeof region) &&
        !aws_region_of_arn(check->found->cluster.arn, region, sizeof region))
        text_copy(region, sizeof region, check->client->region);
    if (code == PT_OK) {
        const struct sigv4_credentials view = aws_keys_view(&keys);
        check_identity(check, "you");
        code = msk_token_make(&view, region, aws_now_s(check->client), TOKEN_S, keys.end_s,
                              "pintop/" PINTOP_VERSION, out, err);
    }
    aws_keys_done(&keys);
    return code;
}
