/* The fix of s3.plugin: it uploads the file that pintop.plugin.zip names. Thread: the fix's. */
#ifndef DOCTOR_PLUGIN_UPLOAD_H
#define DOCTOR_PLUGIN_UPLOAD_H

#include "doctor/check.h"

enum { PLUGIN_KEY_MAX = 512 };

extern const struct check_fix plugin_upload_fix;

/* The key that a file is uploaded to: its name, which ends in .zip, in the plugin's folder. False:
 * it does not fit into out. Thread: any. */
bool plugin_upload_key(const char *path, char *out, size_t cap);

#endif
