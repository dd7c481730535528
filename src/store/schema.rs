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
        name -> Text,
        paused -> Bool,
        callbacks -> Bool,
        max_held_days -> Integer,
        created_at -> BigInt,
        archived_at -> Nullable<BigInt>,
        revision -> BigInt,
        terms -> Nullable<Text>,
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
    endpoints (id) {
        id -> Text,
        app_id -> Text,
        position -> Integer,
        dialect -> Text,
        callback_url -> Nullable<Text>,
        reversal_url -> Nullable<Text>,
        events -> Nullable<Text>,
        retry_schedule -> Nullable<Text>,
        timeout_ms -> Nullable<BigInt>,
        success -> Nullable<Text>,
        headers_sealed -> Nullable<Binary>,
        timestamp_source -> Text,
        signed_origin -> Nullable<Text>,
        surface_id -> Nullable<Text>,
        created_at -> BigInt,
        archived_at -> Nullable<BigInt>,
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
    reported (source_id, external_id) {
        source_id -> Text,
        external_id -> Text,
        completion_id -> Text,
        digests -> Binary,
    }
}

table! {
    transaction_ids (transaction_key, app_id) {
        transaction_key -> Text,
        app_id -> Text,
        completion_id -> Text,
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
    click_conversions (click_id, goal_id) {
        click_id -> Text,
        goal_id -> Text,
        completion_id -> Text,
    }
}

table! {
    erased_keys (digest, scope, kind) {
        digest -> Text,
        scope -> Text,
        kind -> Integer,
        completion_id -> Text,
        digests -> Nullable<Binary>,
    }
}

table! {
    completions (id) {
        id -> Text,
        source_id -> Text,
        external_id -> Text,
        app_id -> Text,
        transaction_id -> Text,
        event_type -> Text,
        user_id -> Text,
        offer_id -> Nullable<Text>,
        offer_name -> Nullable<Text>,
        goal_id -> Nullable<Text>,
        note -> Nullable<Text>,
        user_reward -> Nullable<Text>,
        reward_minor -> Nullable<BigInt>,
        payout_minor -> Nullable<BigInt>,
        gross_minor -> Nullable<BigInt>,
        currency -> Text,
        occurred_at -> BigInt,
        click_id -> Nullable<Text>,
        extra -> Nullable<Text>,
        recorded_at -> BigInt,
        reversals -> Integer,
        calculation -> Nullable<Text>,
        manual -> Nullable<Text>,
        review -> Nullable<Text>,
        review_until -> Nullable<BigInt>,
        erased_at -> Nullable<BigInt>,
    }
}

table! {
    reversals (id) {
        id -> Text,
        completion_id -> Text,
        app_id -> Text,
        reversal_key -> Text,
        ordinal -> Integer,
        whole -> Bool,
        asked -> Text,
        user_reward -> Nullable<Text>,
        reward_minor -> Nullable<BigInt>,
        payout_minor -> Nullable<BigInt>,
        gross_minor -> Nullable<BigInt>,
        reason -> Text,
        occurred_at -> BigInt,
        recorded_at -> BigInt,
        manual -> Nullable<Text>,
    }
}

table! {
    deliveries (id) {
        id -> Text,
        app_id -> Text,
        endpoint_id -> Text,
        kind -> Text,
        completion_id -> Text,
        reversal_id -> Text,
        transaction_id -> Text,
        recipe -> Text,
        status -> Text,
        told -> Text,
        waiting_for -> Nullable<Text>,
        attempts_made -> Integer,
        round_attempts -> Integer,
        last_number -> Integer,
        faults -> Integer,
        due_at -> Nullable<BigInt>,
        claimed_by -> Nullable<Text>,
        claim_token -> Nullable<Text>,
        claimed_at -> Nullable<BigInt>,
        held_since -> Nullable<BigInt>,
        test -> Nullable<Text>,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        ended_reason -> Nullable<Text>,
        reversed -> Nullable<Text>,
    }
}

table! {
    ended_deliveries (app_id, day, currency, status) {
        app_id -> Text,
        day -> BigInt,
        currency -> Text,
        status -> Text,
        count -> BigInt,
    }
}

table! {
    attempts (delivery_id, number) {
        delivery_id -> Text,
        number -> Integer,
        counted -> Bool,
        started_at -> BigInt,
        duration_ms -> BigInt,
        egress_ip -> Nullable<Text>,
        peer -> Nullable<Text>,
        method -> Nullable<Text>,
        url -> Nullable<Text>,
        headers -> Nullable<Text>,
        signature_start -> Nullable<Text>,
        secret_id -> Nullable<Text>,
        outcome -> Text,
        error -> Nullable<Text>,
        status_code -> Nullable<Integer>,
        response_headers -> Nullable<Text>,
        response_body -> Nullable<Text>,
        retry_after_seconds -> Nullable<BigInt>,
        next_attempt_at -> Nullable<BigInt>,
    }
}

table! {
    audit (id) {
        id -> Text,
        at -> BigInt,
        token_id -> Nullable<Text>,
        name -> Text,
        role -> Text,
        action -> Text,
        subject -> Nullable<Text>,
        created_id -> Nullable<Text>,
        outcome -> Nullable<Text>,
    }
}

table! {
    nodes (id) {
        id -> Text,
        role -> Text,
        started_at -> BigInt,
        seen_at -> BigInt,
    }
}

table! {
    node_egress_ips (node_id, egress_ip_id) {
        node_id -> Text,
        egress_ip_id -> Text,
        verification -> Text,
    }
}

diesel::joinable!(secrets -> endpoints (endpoint_id));
diesel::joinable!(endpoints -> apps (app_id));
diesel::allow_tables_to_appear_in_same_query!(
    installation,
    publishers,
    tokens,
    sources,
    apps,
    offers,
    endpoints,
    secrets,
    egress_ips,
    egress_assignments,
    reported,
    transaction_ids,
    clicks,
    click_conversions,
    erased_keys,
    completions,
    reversals,
    deliveries,
    ended_deliveries,
    attempts,
    audit,
    nodes,
    node_egress_ips
);
