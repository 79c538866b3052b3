/* Private keys as openssl and ssh-keygen make them, in all forms, and their fingerprints as these
 * two programs tell them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/keyfile.h"
#include "scratch.h"
#include "shell.h"

static pt_code read_file(const char *name, struct keyfile *key, struct pt_error *err)
{
    char *text = scratch_get(name);
    assert_non_null(text);
    pt_code code = keyfile_read(text, strlen(text), name, key, err);
    free(text);
    return code;
}

/* The word behind the first blank: ssh-keygen -l prints "BITS SHA256:… comment (KIND)". */
static const char *second_word(const char *line)
{
    static char word[128];
    const char *at = strchr(line, ' ');
    assert_non_null(at);
    snprintf(word, sizeof word, "%.*s", (int)strcspn(at + 1, " "), at + 1);
    return word;
}

static const char *after_blank(const char *line)
{
    const char *at = strrchr(line, ' ');
    return at != NULL ? at + 1 : line;
}

/* ---- every form ---- */

static const struct {
    const char *name, *make, *kind;
} forms[] = {
    {"rsa.pkcs1",       "openssl genrsa -traditional -out rsa.pkcs1 2048",                              "RSA"           },
    {"rsa.pkcs8",
     "openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pkcs8",              "RSA"           },
    {"rsa.openssh",     "ssh-keygen -q -t rsa -b 2048 -N '' -f rsa.openssh",                            "RSA"           },
    {"rsa.short",       "ssh-keygen -q -t rsa -b 1024 -N '' -f rsa.short",                              "RSA"           },
    {"ed25519.pkcs8",   "openssl genpkey -algorithm ED25519 -out ed25519.pkcs8",                        "ed25519"       },
    {"ed25519.openssh", "ssh-keygen -q -t ed25519 -N '' -f ed25519.openssh",                            "ed25519"       },
    {"ec.sec1",         "openssl ecparam -name prime256v1 -genkey -out ec.sec1",                        "ECDSA nistp256"},
    {"ec.pkcs8",        "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out ec.pkcs8",
     "ECDSA nistp384"                                                                                                   },
    {"ec.openssh",      "ssh-keygen -q -t ecdsa -b 521 -N '' -f ec.openssh",                            "ECDSA nistp521"},
    {"ec.pem",          "ssh-keygen -q -t ecdsa -b 256 -m PEM -N '' -f ec.pem",                         "ECDSA nistp256"},
    {"rsa.crlf",        "openssl genrsa -out rsa.unix 2048 && sed 's/$/\\r/' rsa.unix >rsa.crlf",       "RSA"           },
};

/* A copy that openssl can read: it does not know OpenSSH's format of RSA keys. */
static const char *as_pem(const char *name)
{
    if (strstr(name, ".openssh") == NULL && strstr(name, ".short") == NULL)
        return name;
    shell("cp %s copy && ssh-keygen -q -p -m PEM -P '' -N '' -f copy", name);
    return "copy";
}

static void is_told(const struct keyfile *key, const char *name, const char *fingerprint)
{
    if (!keyfile_is(key, fingerprint))
        fail_msg("%s: %s is not its fingerprint", name, fingerprint);
}

/* ssh-keygen reads ed25519 in its own format only; its public key is made from openssl's bytes. */
static void fingerprints_of_ssh(const char *name, const struct keyfile *key)
{
    if (strcmp(name, "ed25519.pkcs8") == 0)
        shell(
            "chmod 600 %s; { printf '\\000\\000\\000\\013ssh-ed25519\\000\\000\\000\\040'; openssl "
            "pkey "
            "-in %s -pubout -outform DER | tail -c 32; } | base64 -w0 | sed 's/^/ssh-ed25519 /' "
            ">public",
            name, name);
    else
        shell("chmod 600 %s; ssh-keygen -y -P '' -f %s >public", name, name);
    is_told(key, name, second_word(shell("ssh-keygen -l -f public")));
    assert_string_equal(key->ssh,
                        second_word(shell("ssh-keygen -l -f public")) + strlen("SHA256:"));
    is_told(key, name, second_word(shell("ssh-keygen -l -E md5 -f public")) + strlen("MD5:"));
    assert_int_equal(key->bits, strtol(shell("ssh-keygen -l -f public"), NULL, 10));
}

static void each_form_is_read_and_has_ec2s_fingerprints(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const char *name = forms[i].name;
        struct keyfile key;
        struct pt_error err = {0};
        shell("%s", forms[i].make);
        if (read_file(name, &key, &err) != PT_OK)
            fail_msg("%s: %s", name, err.what);
        assert_string_equal(key.kind, forms[i].kind);
        fingerprints_of_ssh(name, &key);
        if (strcmp(forms[i].kind, "RSA") != 0)
            continue;
        const char *pem = as_pem(name);
        is_told(&key, name,
                after_blank(shell(
                    "openssl pkcs8 -topk8 -nocrypt -in %s -outform DER | openssl sha1 -c", pem)));
        is_told(
            &key, name,
            after_blank(shell("openssl pkey -in %s -pubout -outform DER | openssl md5 -c", pem)));
    }
}

/* ---- one key, several forms ---- */

static void one_key_in_two_forms_is_the_same(void **state)
{
    (void)state;
    struct keyfile one, two, other;
    struct pt_error err;
    shell(
        "ssh-keygen -q -t rsa -b 2048 -N '' -f a && cp a b && ssh-keygen -q -p -m PEM -P '' -N '' "
        "-f "
        "b && ssh-keygen -q -t rsa -b 2048 -N '' -f c");
    assert_int_equal(read_file("a", &one, &err), PT_OK);
    assert_int_equal(read_file("b", &two, &err), PT_OK);
    assert_int_equal(read_file("c", &other, &err), PT_OK);
    assert_true(keyfile_equals(&one, &two));
    assert_false(keyfile_equals(&one, &other));
    assert_string_equal(one.created, two.created);
    assert_string_equal(one.imported, two.imported);
}

static void a_fingerprint_is_known_in_each_way_of_writing(void **state)
{
    (void)state;
    char text[128];
    struct keyfile key;
    struct pt_error err;
    shell("ssh-keygen -q -t ed25519 -N '' -f a");
    assert_int_equal(read_file("a", &key, &err), PT_OK);
    snprintf(text, sizeof text, "%s=", key.ssh);
    assert_true(keyfile_is(&key, text));
    snprintf(text, sizeof text, "SHA256:%s", key.ssh);
    assert_true(keyfile_is(&key, text));
    snprintf(text, sizeof text, "%sx", key.ssh);
    assert_false(keyfile_is(&key, text));
    snprintf(text, sizeof text, "%.20s", key.ssh);
    assert_false(keyfile_is(&key, text));
    assert_false(keyfile_is(&key, ""));
    assert_string_equal(key.created, "");
}

/* ---- what is none ---- */

static const struct {
    const char *make;
    pt_code code;
    const char *what, *fix;
} bad[] = {
    {"ssh-keygen -q -t ed25519 -N 'geheim' -f bad",                                      PT_ELOGIN, "protected by a passphrase",
     "ssh-keygen -p"                                                                                                                                   },
    {"ssh-keygen -q -t rsa -b 2048 -N 'geheim' -f bad",                                  PT_ELOGIN, "protected by a passphrase",
     "ssh-keygen -p"                                                                                                                                   },
    {"openssl genrsa -traditional -aes128 -passout pass:geheim -out bad 2048",           PT_ELOGIN,
     "protected by a passphrase",                                                                                                      "ssh-keygen -p" },
    {"openssl genpkey -quiet -algorithm RSA -aes128 -pass pass:geheim -out bad",         PT_ELOGIN,
     "protected by a passphrase",                                                                                                      "ssh-keygen -p" },
    {": >bad",                                                                           PT_EDATA,  "bad is empty",                    ".pem"          },
    {"echo hello >bad",                                                                  PT_EDATA,  "no private key",                  ".pem"          },
    {"ssh-keygen -q -t ed25519 -N '' -f k && cp k.pub bad",                              PT_EDATA,  "is a public key",                 "private"       },
    {"openssl genrsa -out k 2048 && openssl pkey -in k -pubout -out bad",                PT_EDATA,
     "is a public key",                                                                                                                ".pem"          },
    {"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout /dev/null -out bad", PT_EDATA,
     "is a certificate",                                                                                                               ".pem"          },
    {"echo 'PuTTY-User-Key-File-3: ssh-ed25519' >bad",                                   PT_EDATA,  "key of PuTTY",                    "puttygen"      },
    {"openssl genrsa -out k 2048 && head -n 9 k >bad",                                   PT_EDATA,  "its end is missing",              "again"         },
    {"openssl genrsa -out k 2048 && tr '\\n' ' ' <k >bad",                               PT_EDATA,  "its line breaks are lost",
     "again"                                                                                                                                           },
    {"openssl genrsa -out k 2048 && sed 5d k >bad",                                      PT_EDATA,  "damaged",                         "again"         },
    {"ssh-keygen -q -t rsa -b 2048 -N '' -f k && sed 9d k >bad",                         PT_EDATA,  "damaged",                         "again"         },
    {"ssh-keygen -q -t ed25519 -N '' -f k && sed 4d k >bad",                             PT_EDATA,  "damaged",                         "again"         },
    {"ssh-keygen -q -t ed25519 -N '' -f k && sed '3s/^..../!!!!/' k >bad",               PT_EDATA,  "damaged",
     "again"                                                                                                                                           },
    {"echo '-----BEGIN OPENSSH PRIVATE KEY-----' >bad",                                  PT_EDATA,  "damaged",                         "again"         },
    {"openssl genpkey -algorithm X25519 -out bad",                                       PT_EDATA,  "of a kind that EC2 does not use",
     "RSA or ed25519"                                                                                                                                  },
    {"openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out bad",      PT_EDATA,
     "of a kind that EC2 does not use",                                                                                                "RSA or ed25519"},
};

static void what_is_no_usable_key_is_told_in_one_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct keyfile key;
        struct pt_error err = {0};
        shell("rm -f bad k k.pub bad.pub; { %s; } >/dev/null 2>&1", bad[i].make);
        pt_code code = read_file("bad", &key, &err);
        if (code != bad[i].code || strstr(err.what, bad[i].what) == NULL ||
            (strstr(err.fix, bad[i].fix) == NULL && strstr(err.what, bad[i].fix) == NULL))
            fail_msg("%s: %d %s. %s", bad[i].make, (int)code, err.what, err.fix);
        assert_string_equal(key.ssh, "");
    }
}

/* No byte of a damaged key is read beyond its end, and nothing damaged is taken for a key. */
static void no_damage_is_taken_for_a_key(void **state)
{
    (void)state;
    static const char *const kinds[] = {"rsa -b 1024", "ed25519", "ecdsa"};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        shell("rm -f a a.pub && ssh-keygen -q -t %s -N '' -f a", kinds[k]);
        char *text = scratch_get("a");
        size_t len = strlen(text);
        for (size_t cut = 40; cut + 40 < len; cut += 7) {
            struct keyfile key;
            char *part = strndup(text, cut);
            assert_int_not_equal(keyfile_read(part, cut, "a", &key, NULL), PT_OK);
            free(part);
        }
        free(text);
    }
}

/* The private half of one key with the public half of another. */
static void two_halves_of_two_keys_are_no_key(void **state)
{
    (void)state;
    struct keyfile key;
    struct pt_error err;
    shell(
        "ssh-keygen -q -t ed25519 -N '' -f a && ssh-keygen -q -t ed25519 -N '' -f b && "
        "grep -v -- ----- a | base64 -d >a.raw && grep -v -- ----- b | base64 -d >b.raw && "
        /* The seed of a's private key stands 64 bytes before its end, less comment and padding. */
        "{ head -c 161 a.raw; dd if=b.raw bs=1 skip=161 count=32 status=none; "
        "dd if=a.raw bs=1 skip=193 status=none; } >c.raw && "
        "{ echo '-----BEGIN OPENSSH PRIVATE KEY-----'; base64 -w70 c.raw; "
        "echo '-----END OPENSSH PRIVATE KEY-----'; } >c");
    assert_int_equal(read_file("c", &key, &err), PT_EDATA);
    assert_non_null(strstr(err.what, "damaged"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_form_is_read_and_has_ec2s_fingerprints),
        TEST(one_key_in_two_forms_is_the_same),
        TEST(a_fingerprint_is_known_in_each_way_of_writing),
        TEST(what_is_no_usable_key_is_told_in_one_sentence),
        TEST(no_damage_is_taken_for_a_key),
        TEST(two_halves_of_two_keys_are_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
