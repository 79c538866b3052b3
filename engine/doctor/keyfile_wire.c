#include "doctor/keyfile_wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

static void wire_bytes(struct buf *blob, const void *bytes, size_t len)
{
    const unsigned char size[4] = {(unsigned char)(len >> 24), (unsigned char)(len >> 16),
                                   (unsigned char)(len >> 8), (unsigned char)len};
    buf_append(blob, size, sizeof size);
    buf_append(blob, bytes, len);
}

static void wire_text(struct buf *blob, const char *text)
{
    wire_bytes(blob, text, strlen(text));
}

/* A number without leading zeros, except one where its highest bit would mean a sign. */
static bool wire_number(struct buf *blob, const EVP_PKEY *pkey, const char *name)
{
    BIGNUM *number = NULL;
    if (EVP_PKEY_get_bn_param(pkey, name, &number) != 1)
        return false;
    size_t len = (size_t)BN_num_bytes(number);
    unsigned char *bytes = calloc(1, len + 1);
    if (bytes != NULL) {
        BN_bn2bin(number, bytes + 1);
        bool is_signed = len > 0 && (bytes[1] & 0x80) != 0;
        wire_bytes(blob, is_signed ? bytes : bytes + 1, is_signed ? len + 1 : len);
    }
    free(bytes);
    BN_free(number);
    return bytes != NULL;
}

static bool wire_ed25519(EVP_PKEY *pkey, struct buf *blob)
{
    unsigned char bytes[32];
    size_t len = sizeof bytes;
    if (EVP_PKEY_get_raw_public_key(pkey, bytes, &len) != 1)
        return false;
    wire_text(blob, "ssh-ed25519");
    wire_bytes(blob, bytes, len);
    return true;
}

/* What SSH calls the curves that it has. */
static const char *curve_of(const char *group)
{
    static const struct {
        const char *group, *curve;
    } names[] = {
        {"prime256v1", "nistp256"},
        {"P-256",      "nistp256"},
        {"secp384r1",  "nistp384"},
        {"P-384",      "nistp384"},
        {"secp521r1",  "nistp521"},
        {"P-521",      "nistp521"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].group, group) == 0)
            return names[i].curve;
    return NULL;
}

static bool wire_ec(EVP_PKEY *pkey, char *kind, size_t cap, struct buf *blob)
{
    unsigned char point[160];
    char group[64], name[64];
    size_t len;
    if (EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group,
                                       &len) != 1)
        return false;
    const char *curve = curve_of(group);
    if (curve == NULL ||
        EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                       "uncompressed") != 1 ||
        EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &len) !=
            1)
        return false;
    snprintf(kind, cap, "ECDSA %s", curve);
    snprintf(name, sizeof name, "ecdsa-sha2-%s", curve);
    wire_text(blob, name);
    wire_text(blob, curve);
    wire_bytes(blob, point, len);
    return true;
}

bool keyfile_wire(EVP_PKEY *pkey, char *kind, size_t cap, struct buf *blob)
{
    bool is_done = false;
    switch (EVP_PKEY_get_base_id(pkey)) {
    case EVP_PKEY_RSA:
        snprintf(kind, cap, "RSA");
        wire_text(blob, "ssh-rsa");
        is_done = wire_number(blob, pkey, OSSL_PKEY_PARAM_RSA_E) &&
                  wire_number(blob, pkey, OSSL_PKEY_PARAM_RSA_N);
        break;
    case EVP_PKEY_ED25519:
        snprintf(kind, cap, "ed25519");
        is_done = wire_ed25519(pkey, blob);
        break;
    case EVP_PKEY_EC:
        is_done = wire_ec(pkey, kind, cap, blob);
        break;
    default:
        break;
    }
    return is_done && !blob->is_over;
}
