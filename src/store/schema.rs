//! The tables as Diesel sees them, all in one place because Diesel wants to know which may stand in one query. The reasons
//! for each column stand in the migrations. Nothing but declarations belongs here, and a migration is never followed from
//! it: the tests of the store run on what the migrations made.

use diesel::table;

table! {
    installation (id) {
        id -> Integer,
        master_fingerprint -> Nullable<Text>,
        digest_key_sealed -> Nullable<Binary>,
        revision -> BigInt,
    }
}

table! {
    nodes (id) {
        id -> Text,
        number -> Integer,
        role -> Text,
        started_at -> BigInt,
        seen_at -> BigInt,
    }
}

table! {
    publishers (id) {
        id -> Text,
        #[sql_name = "ref"]
        reference -> Nullable<Text>,
        name -> Text,
        created_at -> BigInt,
    }
}

table! {
    tokens (id) {
        id -> Text,
        name -> Text,
        role -> Text,
        publisher_id -> Nullable<Text>,
        token_hash -> Binary,
        expires_at -> Nullable<BigInt>,
        created_at -> BigInt,
        by_token_id -> Nullable<Text>,
        by_user_id -> Nullable<Text>,
        by_name -> Nullable<Text>,
        last_used_at -> Nullable<BigInt>,
    }
}

table! {
    users (id) {
        id -> Text,
        email -> Text,
        email_key -> Text,
        name -> Text,
        role -> Text,
        publisher_id -> Nullable<Text>,
        theme -> Text,
        password_hash -> Text,
        second_factor_sealed -> Nullable<Binary>,
        second_factor_step -> Nullable<BigInt>,
        next_second_factor_sealed -> Nullable<Binary>,
        disabled_at -> Nullable<BigInt>,
        created_at -> BigInt,
        last_sign_in_at -> Nullable<BigInt>,
    }
}

table! {
    sessions (id) {
        id -> Text,
        user_id -> Text,
        token_hash -> Binary,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
        user_agent -> Nullable<Text>,
        address -> Text,
    }
}

table! {
    form_keys (session_id, form_key) {
        session_id -> Text,
        form_key -> Text,
    }
}

table! {
    invitations (id) {
        id -> Text,
        purpose -> Text,
        token_hash -> Binary,
        email -> Nullable<Text>,
        name -> Nullable<Text>,
        role -> Text,
        publisher_id -> Nullable<Text>,
        user_id -> Nullable<Text>,
        by_token_id -> Nullable<Text>,
        by_user_id -> Nullable<Text>,
        by_name -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

table! {
    sign_in_attempts (throttled, at, id) {
        throttled -> Binary,
        at -> BigInt,
        id -> Text,
    }
}

table! {
    audit (id) {
        id -> Text,
        at -> BigInt,
        token_id -> Nullable<Text>,
        user_id -> Nullable<Text>,
        name -> Text,
        role -> Text,
        action -> Text,
        subject -> Nullable<Text>,
        subject_name -> Nullable<Text>,
        created_id -> Nullable<Text>,
        outcome -> Nullable<Text>,
        recipe -> Nullable<Text>,
    }
}

table! {
    recipes (name, version) {
        name -> Text,
        version -> Integer,
        text -> Text,
        vectors -> Text,
        publishers -> Nullable<Text>,
        published_at -> BigInt,
        by_token_id -> Nullable<Text>,
        by_user_id -> Nullable<Text>,
        by_name -> Text,
        withdrawn_at -> Nullable<BigInt>,
        first_delivered_at -> Nullable<BigInt>,
        revision -> BigInt,
    }
}

table! {
    recipe_drafts (name) {
        name -> Text,
        title -> Text,
        text -> Text,
        vectors -> Text,
        publishers -> Nullable<Text>,
        saved_at -> BigInt,
        by_token_id -> Nullable<Text>,
        by_user_id -> Nullable<Text>,
        by_name -> Text,
        revision -> BigInt,
    }
}

table! {
    sources (id) {
        id -> Text,
        surface_id -> Text,
        name -> Text,
        app_ids -> Nullable<Text>,
        transaction_prefix -> Nullable<Text>,
        secret_sealed -> Binary,
        previous_secret_sealed -> Nullable<Binary>,
        previous_until -> Nullable<BigInt>,
        created_at -> BigInt,
        archived_at -> Nullable<BigInt>,
        revision -> BigInt,
    }
}

table! {
    apps (id) {
        id -> Text,
        publisher_id -> Text,
        #[sql_name = "ref"]
        reference -> Nullable<Text>,
        settings -> Text,
        created_at -> BigInt,
        archived_at -> Nullable<BigInt>,
        revision -> BigInt,
    }
}

table! {
    endpoints (id) {
        id -> Text,
        app_id -> Text,
        position -> Integer,
        dialect -> Text,
        settings -> Text,
        headers_sealed -> Nullable<Binary>,
        created_at -> BigInt,
        archived_at -> Nullable<BigInt>,
        disabled_at -> Nullable<BigInt>,
        disabled_status -> Nullable<Integer>,
        enabled_at -> Nullable<BigInt>,
    }
}

table! {
    circuits (endpoint_id) {
        endpoint_id -> Text,
        opened_at -> BigInt,
        probes -> BigInt,
        next_probe_at -> BigInt,
        app_revision -> BigInt,
    }
}

table! {
    endpoint_tests (endpoint_id, secret_id) {
        endpoint_id -> Text,
        secret_id -> Text,
        dialect -> Text,
        tested_at -> Nullable<BigInt>,
        verified_at -> Nullable<BigInt>,
    }
}

table! {
    secrets (id) {
        id -> Text,
        endpoint_id -> Text,
        state -> Text,
        sealed -> Binary,
        created_at -> BigInt,
        activated_at -> Nullable<BigInt>,
        overlap_until -> Nullable<BigInt>,
    }
}

table! {
    replays (id) {
        id -> Text,
        app_id -> Text,
        state -> Text,
        statuses -> Text,
        from_at -> Nullable<BigInt>,
        to_at -> Nullable<BigInt>,
        since_delivery_id -> Nullable<Text>,
        last_key -> BigInt,
        total -> BigInt,
        done -> BigInt,
        reversed -> BigInt,
        in_review -> BigInt,
        erased -> BigInt,
        archived -> BigInt,
        reopened -> BigInt,
        claimed_by -> Nullable<Text>,
        by_token_id -> Nullable<Text>,
        by_user_id -> Nullable<Text>,
        by_name -> Text,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

table! {
    replay_cursors (replay_id, endpoint_id) {
        replay_id -> Text,
        endpoint_id -> Text,
        after_key -> BigInt,
    }
}

table! {
    offers (id) {
        id -> Text,
        #[sql_name = "ref"]
        reference -> Nullable<Text>,
        name -> Text,
        destination_url -> Text,
        payout_minor -> BigInt,
        currency -> Text,
        goals -> Text,
        active_from -> Nullable<BigInt>,
        active_until -> Nullable<BigInt>,
        created_at -> BigInt,
        revision -> BigInt,
    }
}

table! {
    egress_ips (id) {
        id -> Text,
        address -> Text,
        bind_sealed -> Nullable<Binary>,
        created_at -> BigInt,
    }
}

table! {
    egress_assignments (id) {
        id -> Text,
        egress_ip_id -> Text,
        app_id -> Nullable<Text>,
        publisher_id -> Nullable<Text>,
        active_at -> BigInt,
        created_at -> BigInt,
        removed_at -> Nullable<BigInt>,
    }
}

table! {
    node_egress_ips (node_id, egress_ip_id) {
        node_id -> Text,
        egress_ip_id -> Text,
        verification -> Text,
    }
}

table! {
    reported (source_id, external_id) {
        source_id -> BigInt,
        completion_id -> BigInt,
        external_id -> Text,
        digests -> Binary,
    }
}

table! {
    transaction_ids (transaction_key, app_id) {
        transaction_key -> Text,
        app_id -> BigInt,
        completion_id -> BigInt,
    }
}

table! {
    click_conversions (click_id, goal_id) {
        click_id -> Text,
        goal_id -> Text,
        completion_id -> BigInt,
    }
}

table! {
    clicks (id) {
        id -> Text,
        offer_id -> Text,
        app_id -> Text,
        user_id -> Text,
        sub -> Nullable<Text>,
        clicked_at -> BigInt,
    }
}

table! {
    erased_keys (digest, scope, kind) {
        digest -> Text,
        scope -> Text,
        kind -> Integer,
        completion_id -> BigInt,
        digests -> Nullable<Binary>,
    }
}

table! {
    completions (id) {
        id -> BigInt,
        app_id -> BigInt,
        source_id -> BigInt,
        recorded_at -> BigInt,
        occurred_at -> BigInt,
        reversals -> Integer,
        review -> Nullable<SmallInt>,
        review_until -> Nullable<BigInt>,
        payout_minor -> Nullable<BigInt>,
        reward_minor -> Nullable<BigInt>,
        gross_minor -> Nullable<BigInt>,
        erased_at -> Nullable<BigInt>,
        external_id -> Text,
        transaction_id -> Text,
        user_id -> Text,
        event_type -> Text,
        currency -> Text,
        user_reward -> Nullable<Text>,
        offer_id -> Nullable<Text>,
        offer_name -> Nullable<Text>,
        goal_id -> Nullable<Text>,
        note -> Nullable<Text>,
        click_id -> Nullable<Text>,
        extra -> Nullable<Text>,
        calculation -> Nullable<Text>,
        manual -> Nullable<Text>,
    }
}

table! {
    reversals (id) {
        id -> BigInt,
        completion_id -> BigInt,
        app_id -> BigInt,
        recorded_at -> BigInt,
        occurred_at -> BigInt,
        ordinal -> Integer,
        reason -> SmallInt,
        whole -> Bool,
        payout_minor -> Nullable<BigInt>,
        reward_minor -> Nullable<BigInt>,
        gross_minor -> Nullable<BigInt>,
        reversal_key -> Text,
        asked -> Text,
        user_reward -> Nullable<Text>,
        manual -> Nullable<Text>,
    }
}

table! {
    deliveries (id) {
        id -> BigInt,
        completion_id -> BigInt,
        app_id -> BigInt,
        endpoint_id -> BigInt,
        reversal_id -> BigInt,
        created_at -> BigInt,
        attempts_made -> Integer,
        round_attempts -> Integer,
        last_number -> Integer,
        faults -> Integer,
        kind -> SmallInt,
        status -> SmallInt,
        told -> SmallInt,
        reversed -> Nullable<SmallInt>,
        waiting_for -> Nullable<SmallInt>,
        ended_reason -> Nullable<SmallInt>,
        due_at -> Nullable<BigInt>,
        held_since -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        claimed_at -> Nullable<BigInt>,
        claimed_by -> Nullable<BigInt>,
        claim_token -> Nullable<BigInt>,
        transaction_id -> Text,
        recipe -> Text,
        test -> Nullable<Text>,
        reopened_at -> Nullable<BigInt>,
    }
}

table! {
    attempts (delivery_id, number) {
        delivery_id -> BigInt,
        started_at -> BigInt,
        duration_ms -> BigInt,
        number -> Integer,
        outcome -> SmallInt,
        counted -> Bool,
        status_code -> Nullable<Integer>,
        detail -> Binary,
    }
}

table! {
    ended_deliveries (app_id, day, currency, status) {
        app_id -> BigInt,
        day -> BigInt,
        currency -> Text,
        status -> SmallInt,
        count -> BigInt,
    }
}

table! {
    rollups (app_id, step, at, node) {
        app_id -> BigInt,
        step -> Integer,
        at -> BigInt,
        node -> BigInt,
        delivered -> BigInt,
        dead -> BigInt,
        failed_attempts -> BigInt,
        latencies -> Binary,
        last_delivered_at -> Nullable<BigInt>,
        last_failed_at -> Nullable<BigInt>,
        last_outcome -> Nullable<SmallInt>,
        last_status_code -> Nullable<Integer>,
    }
}

table! {
    secret_uses (secret_id) {
        secret_id -> Text,
        last_used_at -> BigInt,
        last_acknowledged_at -> Nullable<BigInt>,
    }
}

table! {
    recipe_rollups (recipe, step, at, node) {
        recipe -> Text,
        step -> Integer,
        at -> BigInt,
        node -> BigInt,
        first_attempts -> BigInt,
        delivered -> BigInt,
        refused_401 -> BigInt,
        refused_403 -> BigInt,
        refused_405 -> BigInt,
        refused_422 -> BigInt,
        unwanted_body -> BigInt,
    }
}

table! {
    refusal_runs (endpoint_id, url_use, kind) {
        endpoint_id -> Text,
        url_use -> Text,
        kind -> Text,
        recent -> Text,
        last_at -> BigInt,
        raised_at -> Nullable<BigInt>,
        in_front -> Nullable<Text>,
        allows -> Nullable<Text>,
    }
}

diesel::joinable!(secrets -> endpoints (endpoint_id));
diesel::joinable!(endpoints -> apps (app_id));
diesel::joinable!(replay_cursors -> replays (replay_id));
diesel::joinable!(sessions -> users (user_id));
diesel::allow_tables_to_appear_in_same_query!(
    installation,
    nodes,
    publishers,
    tokens,
    users,
    sessions,
    invitations,
    sign_in_attempts,
    audit,
    recipes,
    recipe_drafts,
    sources,
    apps,
    endpoints,
    secrets,
    replays,
    replay_cursors,
    offers,
    egress_ips,
    egress_assignments,
    node_egress_ips,
    reported,
    transaction_ids,
    click_conversions,
    clicks,
    erased_keys,
    completions,
    reversals,
    deliveries,
    attempts,
    ended_deliveries,
    rollups,
    secret_uses,
    recipe_rollups,
    refusal_runs
);
