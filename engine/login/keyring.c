#include "login/keyring.h"

#include <string.h>

void keyring_init(struct keyring *ring)
{
    memset(ring, 0, sizeof *ring);
    pthread_mutex_init(&ring->lock, NULL);
}

void keyring_done(struct keyring *ring)
{
    aws_keys_done(&ring->keys);
    pthread_mutex_destroy(&ring->lock);
}

void keyring_forget(struct keyring *ring)
{
    pthread_mutex_lock(&ring->lock);
    ring->renew_s = 0;
    ring->turn++;
    pthread_mutex_unlock(&ring->lock);
}

static bool keyring_copy(struct keyring *ring, const struct aws_client *client,
                         struct aws_keys *keys)
{
    pthread_mutex_lock(&ring->lock);
    bool is_good = ring->renew_s > aws_now_s(client) && aws_keys_copy(keys, &ring->keys);
    pthread_mutex_unlock(&ring->lock);
    return is_good;
}

static void keyring_keep(struct keyring *ring, const struct aws_client *client,
                         const struct aws_keys *keys, unsigned turn)
{
    pthread_mutex_lock(&ring->lock);
    if (ring->turn == turn) {
        aws_keys_done(&ring->keys);
        ring->renew_s = aws_keys_copy(&ring->keys, keys)
                            ? credentials_refresh_at_s(keys, aws_now_s(client))
                            : 0;
    }
    pthread_mutex_unlock(&ring->lock);
}

pt_code keyring_take(struct keyring *ring, struct aws_setup *setup, struct aws_keys *keys,
                     struct pt_error *err)
{
    memset(keys, 0, sizeof *keys);
    /* The setup must find its region itself, even with credentials that another thread loaded. */
    bool is_loaded = setup->client.region[0] != '\0' && setup->client.files != NULL;
    if (is_loaded && keyring_copy(ring, &setup->client, keys))
        return PT_OK;
    pthread_mutex_lock(&ring->lock);
    unsigned turn = ring->turn;
    pthread_mutex_unlock(&ring->lock);
    pt_code code = aws_setup_load(setup, keys, err);
    if (code == PT_OK)
        keyring_keep(ring, &setup->client, keys, turn);
    return code;
}
