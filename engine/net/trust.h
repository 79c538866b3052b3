/* Which certificates an HTTPS call trusts. */
#ifndef NET_TRUST_H
#define NET_TRUST_H

#include <curl/curl.h>

/* Gives libcurl the file of trusted CA certificates: ca_file, or when it is NULL the one that
 * libcurl was built with, or when that is not on this host the one that the host has. */
void trust_set(CURL *easy, const char *ca_file);

#endif
