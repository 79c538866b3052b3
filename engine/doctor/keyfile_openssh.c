#include "doctor/keyfile_openssh.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "base/base64.h"
#include "base/buf.h"
#include "doctor/keyfile_wire.h"

static const char magic[] = "openssh-key-v1"; /* with its NUL */

/* Bytes that are read one after the other; is_bad: more were wanted than there are. */
struct wire_reader {
    const unsigned char *at;
    size_t len;
    bool is_bad;
};

struct wire_part {
    const unsigned char *at;
    size_t len;
};

static struct wire_part wire_take(struct wire_reader *in, size_t len)
{
    if (in->is_bad || len > in->len) {
        in->is_bad = true;
        return (struct wire_part){(const unsigned char *)"", 0};
    }
    const struct wire_part part = {in->at, len};
    in->at += len;
    in->len -= len;
    return part;
}

static uint32_t wire_u32(struct wire_reader *in)
{
    const struct wire_part part = wire_take(in, 4);
    return part.len == 4 ? (uint32_t)part.at[0] << 24 | (uint32_t)part.at[1] << 16 |
                               (uint32_t)part.at[2] << 8 | part.at[3]
                         : 0;
}

static struct wire_part wire_string(struct wire_reader *in)
{
    return wire_take(in, wire_u32(in));
}

static bool part_is(struct wire_part part, const char *text)
{
    return part.len == strlen(text) && memcmp(part.at, text, part.len) == 0;
}

/* ------------------------------------------------------------------ the kinds of keys */

/* Secure: OpenSSL then wipes the copies that it makes, too. */
static BIGNUM *number_of(struct wire_part part)
{
    BIGNUM *number = BN_secure_new();
    if (number == NULL || BN_bin2bn(part.at, (int)part.len, number) != NULL)
        return number;
    BN_clear_free(number);
    return NULL;
}

static EVP_PKEY *key_of(const char *kind, OSSL_PARAM_BLD *build)
{
    EVP_PKEY *pkey = NULL;
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
    if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
        pkey = NULL;
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    return pkey;
}

/* n, e, d, the inverse of q, p, q, and what follows from them. */
enum { RSA_N, RSA_D = 2, RSA_P = 4, RSA_Q, RSA_DP, RSA_DQ, RSA_NUMBERS };

static bool add_numbers(OSSL_PARAM_BLD *build, BIGNUM *const *numbers)
{
    static const char *const names[] = {
        OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,
        OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
        OSSL_PKEY_PARAM_RSA_FACTOR1,   OSSL_PKEY_PARAM_RSA_FACTOR2,
        OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
    };
    for (size_t i = 0; i < RSA_NUMBERS; i++)
        if (numbers[i] == NULL || OSSL_PARAM_BLD_push_BN(build, names[i], numbers[i]) != 1)
            return false;
    return true;
}

/* out = d mod (prime - 1) */
static bool make_exponent(const BIGNUM *d, const BIGNUM *prime, BIGNUM **out)
{
    BN_CTX *ctx = BN_CTX_secure_new();
    BIGNUM *less = BN_secure_new();
    *out = BN_secure_new();
    bool is_done = ctx != NULL && less != NULL && *out != NULL && BN_copy(less, prime) != NULL &&
                   BN_sub_word(less, 1) == 1 && !BN_is_zero(less) &&
                   BN_mod(*out, d, less, ctx) == 1;
    BN_clear_free(less);
    BN_CTX_free(ctx);
    return is_done;
}

/* n, e, d, the inverse of q, p, q. What PKCS#1 has beyond them follows from them. */
static EVP_PKEY *read_rsa(struct wire_reader *in)
{
    BIGNUM *numbers[RSA_NUMBERS] = {NULL};
    EVP_PKEY *pkey = NULL;
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    for (size_t i = RSA_N; i <= RSA_Q; i++)
        numbers[i] = number_of(wire_string(in));
    if (!in->is_bad && build != NULL && numbers[RSA_D] != NULL && numbers[RSA_P] != NULL &&
        numbers[RSA_Q] != NULL && make_exponent(numbers[RSA_D], numbers[RSA_P], &numbers[RSA_DP]) &&
        make_exponent(numbers[RSA_D], numbers[RSA_Q], &numbers[RSA_DQ]) &&
        add_numbers(build, numbers))
        pkey = key_of("RSA", build);
    for (size_t i = 0; i < RSA_NUMBERS; i++)
        BN_clear_free(numbers[i]);
    OSSL_PARAM_BLD_free(build);
    return pkey;
}

/* The public key, and then the private one with the public one behind it once more. */
static EVP_PKEY *read_ed25519(struct wire_reader *in)
{
    unsigned char own[32];
    size_t len = sizeof own;
    struct wire_part public = wire_string(in), both = wire_string(in);
    if (in->is_bad || public.len != 32 || both.len != 64)
        return NULL;
    EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, both.at, 32);
    if (pkey != NULL && EVP_PKEY_get_raw_public_key(pkey, own, &len) == 1 &&
        memcmp(own, public.at, 32) == 0 && memcmp(own, both.at + 32, 32) == 0)
        return pkey;
    EVP_PKEY_free(pkey);
    return NULL;
}

static EVP_PKEY *read_ecdsa(struct wire_reader *in)
{
    static const char *const groups[][2] = {
        {"nistp256", "P-256"},
        {"nistp384", "P-384"},
        {"nistp521", "P-521"}
    };
    struct wire_part curve = wire_string(in), point = wire_string(in), secret = wire_string(in);
    const char *group = NULL;
    EVP_PKEY *pkey = NULL;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (part_is(curve, groups[i][0]))
            group = groups[i][1];
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *number = number_of(secret);
    if (!in->is_bad && group != NULL && build != NULL && number != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point.at, point.len) ==
            1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number) == 1)
        pkey = key_of("EC", build);
    BN_clear_free(number);
    OSSL_PARAM_BLD_free(build);
    return pkey;
}

/* ------------------------------------------------------------------ the envelope */

static EVP_PKEY *read_private(struct wire_part section)
{
    struct wire_reader in = {.at = section.at, .len = section.len};
    uint32_t first = wire_u32(&in), second = wire_u32(&in);
    struct wire_part kind = wire_string(&in);
    if (in.is_bad || first != second)
        return NULL;
    if (part_is(kind, "ssh-rsa"))
        return read_rsa(&in);
    if (part_is(kind, "ssh-ed25519"))
        return read_ed25519(&in);
    return kind.len > 11 && memcmp(kind.at, "ecdsa-sha2-", 11) == 0 ? read_ecdsa(&in) : NULL;
}

static EVP_PKEY *read_envelope(const struct buf *bytes, bool *is_encrypted)
{
    struct wire_reader in = {.at = (const unsigned char *)bytes->data, .len = bytes->len};
    struct wire_part head = wire_take(&in, sizeof magic);
    if (in.is_bad || memcmp(head.at, magic, sizeof magic) != 0)
        return NULL;
    struct wire_part cipher = wire_string(&in), kdf = wire_string(&in);
    wire_string(&in); /* the key derivation's options */
    *is_encrypted = !in.is_bad && !(part_is(cipher, "none") && part_is(kdf, "none"));
    if (*is_encrypted || wire_u32(&in) != 1)
        return NULL;
    wire_string(&in); /* the public key, which the private section has, too */
    struct wire_part section = wire_string(&in);
    return in.is_bad ? NULL : read_private(section);
}

EVP_PKEY *keyfile_openssh(const char *text, bool *is_encrypted)
{
    struct buf bytes;
    EVP_PKEY *pkey = NULL;
    *is_encrypted = false;
    buf_init_secret(&bytes, KEYFILE_MAX);
    /* up to the END line */
    if (base64_read(text, strcspn(text, "-"), "\r\n\t ", &bytes) && bytes.len > 0)
        pkey = read_envelope(&bytes, is_encrypted);
    buf_done(&bytes);
    return pkey;
}
