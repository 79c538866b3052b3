/* A place for tests of what logs in to AWS: an empty environment, shared files in a scratch folder,
 * AWS on loopback, and a configuration that points there. */
#ifndef SUPPORT_AWS_ROOM_H
#define SUPPORT_AWS_ROOM_H

#include "local_aws.h"
#include "pintop/config.h"

extern struct local_aws aws_room;

/* cmocka's setup and teardown. Keys are in the shared file: profile default, AKIAROOM. */
int aws_room_open(void **state);
int aws_room_close(void **state);

#define AWS_ROOM_KEYS                                                                              \
    "[default]\naws_access_key_id = AKIAROOM\naws_secret_access_key = room-secret\n"
#define AWS_ROOM_WHO                                                                               \
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/u"    \
    "</Arn><UserId>U</UserId><Account>123456789012</Account></GetCallerIdentityResult>"            \
    "</GetCallerIdentityResponse>"

/* The shared files' text; NULL: there is no such file. */
void aws_room_files(const char *credentials, const char *config);
/* These settings ("key=value", NULL at the end) over: IAM on brokers of eu-west-1, AWS on loopback.
 * "key=" leaves one of those out. The caller's. */
struct pt_config *aws_room_config(const char *const *settings);
#define AWS_ROOM_SET(...) ((const char *const[]){__VA_ARGS__, NULL})

#endif
