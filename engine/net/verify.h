/* Why a server's certificate was refused, and who can fix it: each reason has its own fix. */
#ifndef NET_VERIFY_H
#define NET_VERIFY_H

#include <stdint.h>

#include <curl/curl.h>

#include "pintop/error.h"

/* Sets the error and returns PT_ETLS.
 *
 * chain  libcurl's, as the server sent it, its own first; NULL when it could not be read.
 * check  CURLINFO_SSL_VERIFYRESULT of the call that was refused.
 * Pure. Thread: any. */
pt_code verify_explain(const char *host, const struct curl_certinfo *chain, long check,
                       int64_t now_s, struct pt_error *err);

#endif
