#include "net/trust.h"

#include <stdbool.h>
#include <unistd.h>

#include "base/ca_file.h"

static const char *trust_of_host(void)
{
    const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
    bool is_told = curl->age >= CURLVERSION_SEVENTH; /* else libcurl does not say which it has */
    if (!is_told || (curl->cainfo != NULL && access(curl->cainfo, R_OK) == 0))
        return NULL;
    return ca_file_below("");
}

void trust_set(CURL *easy, const char *ca_file)
{
    const char *file = ca_file != NULL ? ca_file : trust_of_host();
    if (file != NULL)
        curl_easy_setopt(easy, CURLOPT_CAINFO, file);
}
