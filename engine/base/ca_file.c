#include "base/ca_file.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/x509.h>

static const char *const ca_file_places[] = {
    "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Ubuntu, Alpine, Arch */
    "/etc/pki/tls/certs/ca-bundle.crt",                  /* Amazon Linux, RHEL, Fedora */
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* the same, where the link is gone */
    "/etc/ssl/ca-bundle.pem",                            /* SUSE */
    "/etc/ssl/cert.pem",                                 /* Alpine, BSD */
    "/usr/share/pki/ca-trust-source/ca-bundle.trust.crt",
    "/var/lib/ca-certificates/ca-bundle.pem",
};

const char *ca_file_below(const char *root)
{
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof ca_file_places / sizeof *ca_file_places; i++) {
        int len = snprintf(path, sizeof path, "%s%s", root, ca_file_places[i]);
        if (len < (int)sizeof path && access(path, R_OK) == 0)
            return ca_file_places[i];
    }
    return NULL;
}

/* OpenSSL looks for a certificate by its name's hash: 3513523f.0. A directory without such names
 * holds nothing for it, even when there are bundles in it. */
static bool ca_dir_is_hashed(const char *path)
{
    DIR *dir = opendir(path);
    bool is_hashed = false;
    if (dir == NULL)
        return false;
    for (const struct dirent *entry; !is_hashed && (entry = readdir(dir)) != NULL;)
        is_hashed = strspn(entry->d_name, "0123456789abcdef") == 8 && entry->d_name[8] == '.' &&
                    strspn(entry->d_name + 9, "0123456789") == strlen(entry->d_name + 9);
    closedir(dir);
    return is_hashed;
}

static bool ca_is_in_environment(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && *value != '\0';
}

const char *ca_file_beside(const char *file, const char *dir)
{
    if (access(file, R_OK) == 0 || ca_dir_is_hashed(dir))
        return NULL;
    return ca_file_below("");
}

const char *ca_file_for_openssl(void)
{
    if (ca_is_in_environment(X509_get_default_cert_file_env()) ||
        ca_is_in_environment(X509_get_default_cert_dir_env()))
        return NULL;
    return ca_file_beside(X509_get_default_cert_file(), X509_get_default_cert_dir());
}
