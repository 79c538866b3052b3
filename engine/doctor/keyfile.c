#include "doctor/keyfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/base64.h"
#include "base/hex.h"
#include "base/text.h"
#include "base/wipe.h"
#include "doctor/keyfile_openssh.h"
#include "doctor/keyfile_wire.h"

#define BEGIN "-----BEGIN "
#define OPENSSH "OPENSSH PRIVATE KEY-----"

/* ------------------------------------------------------------------ fingerprints */

static void put_colons(const unsigned char *digest, size_t len, char *out, size_t cap)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < len && used + 3 < cap; i++)
        used += (size_t)snprintf(out + used, cap - used, "%s%02x", i > 0 ? ":" : "", digest[i]);
}

static bool put_digest(const EVP_MD *kind, const void *bytes, size_t len, char *out, size_t cap)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    if (EVP_Digest(bytes, len, digest, &n, kind, NULL) != 1)
        return false;
    put_colons(digest, n, out, cap);
    return true;
}

/* Of the private key as `openssl pkcs8 -topk8 -nocrypt` writes it. */
static bool put_created(EVP_PKEY *pkey, char *out, size_t cap)
{
    unsigned char *der = NULL;
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
    int len = info != NULL ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : -1;
    bool is_done = len > 0 && put_digest(EVP_sha1(), der, (size_t)len, out, cap);
    PKCS8_PRIV_KEY_INFO_free(info);
    if (len > 0)
        OPENSSL_clear_free(der, (size_t)len);
    return is_done;
}

static bool put_imported(EVP_PKEY *pkey, char *out, size_t cap)
{
    unsigned char *der = NULL;
    int len = i2d_PUBKEY(pkey, &der);
    bool is_done = len > 0 && put_digest(EVP_md5(), der, (size_t)len, out, cap);
    OPENSSL_free(der);
    return is_done;
}

static bool put_ssh(const struct buf *blob, char *out, size_t cap)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    char *text = NULL;
    if (EVP_Digest(blob->data, blob->len, digest, &n, EVP_sha256(), NULL) == 1)
        text = base64_make(digest, n);
    if (text == NULL)
        return false;
    snprintf(out, cap, "%.*s", (int)strcspn(text, "="), text);
    free(text);
    return true;
}

static bool take_fingerprints(EVP_PKEY *pkey, const char *kind, const struct buf *blob,
                              struct keyfile *out)
{
    bool is_rsa = EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA;
    text_copy(out->kind, sizeof out->kind, kind);
    out->bits = EVP_PKEY_get_bits(pkey);
    return put_ssh(blob, out->ssh, sizeof out->ssh) &&
           put_digest(EVP_md5(), blob->data, blob->len, out->ssh_md5, sizeof out->ssh_md5) &&
           (!is_rsa || (put_created(pkey, out->created, sizeof out->created) &&
                        put_imported(pkey, out->imported, sizeof out->imported)));
}

/* Colons and digits in either case; base64 with or without "SHA256:" before and '=' behind it. */
static bool is_fingerprint(const char *ours, const char *theirs)
{
    size_t len = strlen(ours);
    if (len == 0)
        return false;
    if (strchr(ours, ':') != NULL)
        return strcasecmp(ours, theirs) == 0;
    if (strncasecmp(theirs, "SHA256:", 7) == 0)
        theirs += 7;
    return strncmp(ours, theirs, len) == 0 && theirs[len + strspn(theirs + len, "=")] == '\0';
}

bool keyfile_is(const struct keyfile *key, const char *fingerprint)
{
    return is_fingerprint(key->created, fingerprint) ||
           is_fingerprint(key->imported, fingerprint) ||
           is_fingerprint(key->ssh_md5, fingerprint) || is_fingerprint(key->ssh, fingerprint);
}

bool keyfile_equals(const struct keyfile *a, const struct keyfile *b)
{
    return a->ssh[0] != '\0' && strcmp(a->ssh, b->ssh) == 0;
}

/* ------------------------------------------------------------------ what is no private key */

static bool has_text(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

static pt_code refuse_passphrase(const char *who, struct pt_error *err)
{
    return pt_error_set(err, PT_ELOGIN,
                        "Remove it with ssh-keygen -p -f FILE (new passphrase: empty), or log in "
                        "with ssh yourself",
                        "%s holds a private key that is protected by a passphrase, and pintop asks "
                        "for none",
                        who);
}

static pt_code refuse_form(const char *text, const char *who, struct pt_error *err)
{
    static const char fix[] = "Get the .pem that EC2 gave when the key pair was made";
    if (has_text(text, "PuTTY-User-Key-File"))
        return pt_error_set(err, PT_EDATA,
                            "Convert it: puttygen KEY.ppk -O private-openssh -o KEY.pem",
                            "%s is a key of PuTTY, which ssh cannot read", who);
    if (has_text(text, BEGIN "PUBLIC KEY") || has_text(text, BEGIN "RSA PUBLIC KEY") ||
        has_text(text, BEGIN "SSH2 PUBLIC KEY") || strncmp(text, "ssh-", 4) == 0 ||
        strncmp(text, "ecdsa-", 6) == 0)
        return pt_error_set(err, PT_EDATA, fix, "%s is a public key; a private one is needed", who);
    if (has_text(text, BEGIN "CERTIFICATE"))
        return pt_error_set(err, PT_EDATA, fix, "%s is a certificate; a private key is needed",
                            who);
    if (text[strspn(text, " \t\r\n")] == '\0')
        return pt_error_set(err, PT_EDATA, fix, "%s is empty", who);
    return pt_error_set(err, PT_EDATA, fix, "%s is no private key: it has no line -----BEGIN …",
                        who);
}

static pt_code refuse_damaged(const char *text, const char *who, struct pt_error *err)
{
    const char *at = strstr(text, BEGIN);
    bool has_end = has_text(text, "-----END ");
    /* Pasted through a form, a key loses its line breaks. */
    bool is_one_line = at != NULL && has_end && strcspn(at, "\n") > 100;
    return pt_error_set(err, PT_EDATA, "Get the key again; keypair.file's fix writes it from SSM",
                        "%s holds a private key that is damaged%s", who,
                        is_one_line ? ": its line breaks are lost"
                        : !has_end  ? ": its end is missing"
                                    : "");
}

/* ------------------------------------------------------------------ PEM */

/* The label of the first block that is a private key; NULL: there is none. */
static const char *private_label(const char *text)
{
    const char *at = text;
    while ((at = strstr(at, BEGIN)) != NULL) {
        at += strlen(BEGIN);
        size_t len = strcspn(at, "\r\n");
        const char *words = strstr(at, "PRIVATE KEY-----");
        if (words != NULL && (size_t)(words - at) < len)
            return at;
    }
    return NULL;
}

/* Nobody is asked for a passphrase. */
static int no_passphrase(char *out, int cap, int is_writing, void *arg)
{
    (void)out;
    (void)cap;
    (void)is_writing;
    (void)arg;
    return -1;
}

static EVP_PKEY *read_pem(const char *text, size_t len)
{
    BIO *bio = BIO_new_mem_buf(text, (int)len);
    EVP_PKEY *pkey = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
    BIO_free(bio);
    return pkey;
}

static bool is_pair(EVP_PKEY *pkey)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
    bool is_sound = ctx != NULL && EVP_PKEY_pairwise_check(ctx) == 1;
    EVP_PKEY_CTX_free(ctx);
    return is_sound;
}

static pt_code take_key(EVP_PKEY *pkey, const char *who, struct keyfile *out, struct pt_error *err)
{
    struct buf blob;
    char kind[sizeof out->kind];
    pt_code code = PT_OK;
    buf_init(&blob, KEYFILE_MAX);
    if (!keyfile_wire(pkey, kind, sizeof kind, &blob))
        code = pt_error_set(err, PT_EDATA, "Make a key pair of RSA or ed25519",
                            "%s holds a key of a kind that EC2 does not use", who);
    else if (!take_fingerprints(pkey, kind, &blob, out))
        code = pt_error_set(err, PT_ENOMEM, NULL, "%s: out of memory", who);
    buf_done(&blob);
    return code;
}

pt_code keyfile_read(const char *text, size_t len, const char *who, struct keyfile *out,
                     struct pt_error *err)
{
    const char *label = private_label(text);
    EVP_PKEY *pkey = NULL;
    memset(out, 0, sizeof *out);
    if (label == NULL)
        return refuse_form(text, who, err);
    if (strncmp(label, "ENCRYPTED ", 10) == 0 || has_text(label, "Proc-Type: 4,ENCRYPTED"))
        return refuse_passphrase(who, err);
    if (strncmp(label, OPENSSH, strlen(OPENSSH)) == 0) {
        bool is_encrypted = false;
        pkey = keyfile_openssh(label + strlen(OPENSSH), &is_encrypted);
        if (is_encrypted)
            return refuse_passphrase(who, err);
    } else {
        pkey = read_pem(text, len);
    }
    pt_code code = pkey != NULL && is_pair(pkey) ? take_key(pkey, who, out, err)
                                                 : refuse_damaged(text, who, err);
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return code;
}
