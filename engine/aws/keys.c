#include "aws/keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret_values.h"
#include "base/wipe.h"

bool aws_keys_set(struct aws_keys *keys, const char *id, const char *secret, const char *token)
{
    struct aws_keys old = *keys;
    keys->id = strdup(id);
    keys->secret = strdup(secret);
    keys->token = token != NULL && *token != '\0' ? strdup(token) : NULL;
    wipe_text(old.id);
    wipe_text(old.secret);
    wipe_text(old.token);
    secret_learn(secret);
    secret_learn(token);
    return keys->id != NULL && keys->secret != NULL &&
           (token == NULL || *token == '\0' || keys->token != NULL);
}

bool aws_keys_copy(struct aws_keys *to, const struct aws_keys *from)
{
    struct aws_keys copy = *from;
    copy.id = copy.secret = copy.token = NULL;
    bool is_ok = aws_keys_set(&copy, from->id, from->secret, from->token);
    aws_keys_done(to);
    *to = copy;
    return is_ok;
}

void aws_keys_stand_on(struct aws_keys *to, const struct aws_keys *from)
{
    to->is_role = true;
    to->place = from->place;
    to->login_end_s = from->login_end_s;
    to->is_login_renewed = from->is_login_renewed;
    memcpy(to->place_profile, from->place_profile, sizeof to->place_profile);
    memcpy(to->place_path, from->place_path, sizeof to->place_path);
}

void aws_keys_done(struct aws_keys *keys)
{
    wipe_text(keys->id);
    wipe_text(keys->secret);
    wipe_text(keys->token);
    memset(keys, 0, sizeof *keys);
}

struct sigv4_credentials aws_keys_view(const struct aws_keys *keys)
{
    return (struct sigv4_credentials){
        .access_key_id = keys->id, .secret_access_key = keys->secret, .session_token = keys->token};
}
