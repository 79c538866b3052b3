#include "doctor/noted.h"

#include <openssl/evp.h>

#include "base/hex.h"
#include "base/log.h"
#include "base/text.h"
#include "doctor/trust.h"

pt_code noted_begin(const struct check *check, struct created *thing, struct pt_error *err)
{
    text_copy(thing->account, sizeof thing->account, check->found->account);
    text_copy(thing->user, sizeof thing->user, check->found->user_id);
    if (thing->region[0] == '\0' && thing->kind <= CREATED_ZIP)
        text_copy(thing->region, sizeof thing->region, check->client->region);
    return created_begin(check_set(check, "pintop.state.dir"), thing, err);
}

void noted_end(const struct check *check, const struct created *thing, pt_code code)
{
    const char *dir = check_set(check, "pintop.state.dir");
    struct pt_error err;
    if (created_end(dir, thing, code, &err) != PT_OK)
        log_line(PT_WARN, "setup", "%s %s is not noted: %s", created_kind_word(thing->kind),
                 thing->name, err.what);
}

void noted_sum(const void *data, size_t len, char *out)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    out[0] = '\0';
    if (EVP_Digest(data, len, sum, &n, EVP_sha256(), NULL) == 1)
        hex_put(sum, n, out);
}

void noted_policy_sum(const char *document, char *out)
{
    struct buf compact;
    buf_init(&compact, TRUST_TEXT_MAX);
    trust_compact(document, &compact);
    if (compact.is_over || compact.len == 0)
        out[0] = '\0';
    else
        noted_sum(compact.data, compact.len, out);
    buf_done(&compact);
}
