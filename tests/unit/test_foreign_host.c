/* A program that runs on another distribution than the one it was built on: where the host keeps
 * its trusted certificates, and locales that it does not have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/ca_file.h"
#include "scratch.h"
#include "term/locale.h"

static void put_bundle(const char *below)
{
    char path[300];
    snprintf(path, sizeof path, "%s", below);
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(scratch_path(path), 0755);
        *slash = '/';
    }
    scratch_put(below, "a bundle");
}

static void certificates_are_where_the_distribution_puts_them(void **state)
{
    static const char amazon[] = "/etc/pki/tls/certs/ca-bundle.crt";
    static const char debian[] = "/etc/ssl/certs/ca-certificates.crt";
    (void)state;
    assert_null(ca_file_below(scratch_dir));
    put_bundle(amazon + 1);
    assert_string_equal(ca_file_below(scratch_dir), amazon);
    put_bundle(debian + 1);
    assert_string_equal(ca_file_below(scratch_dir), debian);
}

/* What OpenSSL is given when its own file and directory are these. */
static bool openssl_needs_help(const char *file, const char *dir)
{
    const char *of_host = ca_file_below("");
    const char *given = ca_file_beside(scratch_path(file), scratch_path(dir));
    if (given != NULL)
        assert_string_equal(given, of_host);
    return given != NULL;
}

static void openssl_keeps_its_own_places(void **state)
{
    (void)state;
    if (ca_file_below("") == NULL) {
        print_message("SKIPPED this host trusts no CA: install ca-certificates\n");
        skip();
    }
    put_bundle("bundles/ca-bundle.crt");
    put_bundle("hashed/3513523f.0");
    put_bundle("almost/3513523f.0.old");
    put_bundle("almost/README.0");
    put_bundle("own.pem");
    assert_true(openssl_needs_help("none.pem", "none"));
    assert_true(openssl_needs_help("none.pem", "bundles"));
    assert_true(openssl_needs_help("none.pem", "almost"));
    assert_false(openssl_needs_help("none.pem", "hashed"));
    assert_false(openssl_needs_help("own.pem", "none"));
}

static void the_environment_names_the_certificates(void **state)
{
    (void)state;
    setenv("SSL_CERT_FILE", "/nowhere/ca.pem", 1);
    assert_null(ca_file_for_openssl());
    unsetenv("SSL_CERT_FILE");
    setenv("SSL_CERT_DIR", "/nowhere", 1);
    assert_null(ca_file_for_openssl());
    unsetenv("SSL_CERT_DIR");
}

static void names_of_locales(void **state)
{
    (void)state;
    assert_true(locale_is_utf8("de_DE.UTF-8"));
    assert_true(locale_is_utf8("en_US.utf8@euro"));
    assert_true(locale_is_utf8("UTF-8"));
    assert_false(locale_is_utf8("de_DE"));
    assert_false(locale_is_utf8("ja_JP.eucJP"));
    assert_false(locale_is_utf8("C.UTF-16"));
    assert_false(locale_is_utf8(""));
}

static const char *charset_with(const char *lc_all)
{
    setlocale(LC_CTYPE, "C"); /* as a program begins */
    setenv("LC_ALL", lc_all, 1);
    locale_take();
    return nl_langinfo(CODESET);
}

static void a_locale_that_is_not_here_still_says_utf8(void **state)
{
    (void)state;
    assert_string_equal(charset_with("tlh_KLINGON.UTF-8"), "UTF-8");
    assert_string_equal(charset_with("C.UTF-8"), "UTF-8");
    assert_string_not_equal(charset_with("tlh_KLINGON.ISO-8859-1"), "UTF-8");
    assert_string_not_equal(charset_with("C"), "UTF-8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(certificates_are_where_the_distribution_puts_them,
                                        scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(openssl_keeps_its_own_places, scratch_make, scratch_remove),
        cmocka_unit_test(the_environment_names_the_certificates),
        cmocka_unit_test(names_of_locales),
        cmocka_unit_test(a_locale_that_is_not_here_still_says_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
