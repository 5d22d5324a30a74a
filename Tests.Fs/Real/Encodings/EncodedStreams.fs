/// Streams of every form, with groups in every state (Redis 7.0).
module HybridReplica.Tests.Real.EncodedStreams

open System.Globalization

let private add key (id: string) (fields: string list) = "XADD" :: key :: id :: fields

let private config name (value: int) =
    [ "CONFIG"; "SET"; name; value.ToString CultureInfo.InvariantCulture ]

let private filled key count =
    [
        for index in 1..count ->
            add key $"{index * 10}-{index}" [ "number"; string index; "square"; string (index * index) ]
    ]

let private readBy group consumer count key =
    [
        "XREADGROUP"
        "GROUP"
        group
        consumer
        "COUNT"
        string count
        "STREAMS"
        key
        ">"
    ]

let private nodes =
    [
        for limit in [ 1; 3; 100 ] do
            config "stream-node-max-entries" limit

            for count in [ 1; 2; 3; 4; 99; 100; 101; 1000 ] do
                yield! filled $"stream:{limit}:{count}" count
        config "stream-node-max-bytes" 200
        yield! filled "stream:bytes" 200
        config "stream-node-max-bytes" 4096
    ]

let private fields =
    [
        add "stream:fields" "1-1" [ "a"; "1"; "b"; "2" ]
        add "stream:fields" "1-2" [ "a"; "3"; "b"; "4" ]
        add "stream:fields" "1-3" [ "b"; "5"; "a"; "6" ]
        add "stream:fields" "1-4" [ "a"; "7" ]
        add "stream:fields" "2-0" [ ""; "" ]
        add
            "stream:fields"
            "2-1"
            ("many"
             :: ""
             :: List.collect (fun index -> [ $"f{index}"; string index ]) [ 1..200 ])
        add "stream:fields" "3-0" [ EncodedValues.noise 5000; EncodedValues.same 9000 ]
        add "stream:fields" "18446744073709551615-18446744073709551614" [ "last"; "-9223372036854775808" ]
    ]

let private deleted =
    [
        config "stream-node-max-entries" 5
        for which, ids in
            [
                "first", [ 1 ]
                "middle", [ 7; 8 ]
                "node", [ 6..10 ]
                "last", [ 20 ]
                "most", [ 2..20 ]
            ] do
            let key = $"stream:deleted:{which}"
            yield! filled key 20

            for id in ids do
                [ "XDEL"; key; $"{id * 10}-{id}" ]
        yield! filled "stream:trimmed" 23
        [ "XTRIM"; "stream:trimmed"; "MAXLEN"; "7" ]
        yield! filled "stream:emptied" 3
        [ "XTRIM"; "stream:emptied"; "MAXLEN"; "0" ]
        yield! filled "stream:set" 3
        [
            "XSETID"
            "stream:set"
            "5000-5"
            "ENTRIESADDED"
            "100"
            "MAXDELETEDID"
            "4000-4"
        ]
        config "stream-node-max-entries" 100
    ]

let private groups =
    [
        [ "XGROUP"; "CREATE"; "stream:only groups"; "group"; "$"; "MKSTREAM" ]
        [ "XGROUP"; "CREATE"; "stream:only groups"; "read"; "0"; "ENTRIESREAD"; "5" ]
        yield! filled "stream:emptied with groups" 3
        [ "XGROUP"; "CREATE"; "stream:emptied with groups"; "group"; "20-2" ]
        [ "XTRIM"; "stream:emptied with groups"; "MAXLEN"; "0" ]
        yield! filled "stream:groups" 50
        [ "XGROUP"; "CREATE"; "stream:groups"; "idle"; "$" ]
        [ "XGROUP"; "CREATE"; "stream:groups"; "unknown"; "105-3" ]
        [ "XGROUP"; "CREATE"; "stream:groups"; "at work"; "0" ]
        [ "XGROUP"; "CREATECONSUMER"; "stream:groups"; "at work"; "lazy" ]
        readBy "at work" "first" 10 "stream:groups"
        readBy "at work" "second" 15 "stream:groups"
        readBy "at work" "first" 5 "stream:groups"
        [ "XACK"; "stream:groups"; "at work"; "20-2"; "120-12"; "260-26" ]
        [
            "XCLAIM"
            "stream:groups"
            "at work"
            "third"
            "0"
            "150-15"
            "TIME"
            "1700000000000"
            "RETRYCOUNT"
            "7"
        ]
        [
            "XCLAIM"
            "stream:groups"
            "at work"
            "third"
            "0"
            "160-16"
            "TIME"
            "0"
            "RETRYCOUNT"
            "0"
            "JUSTID"
        ]
        [ "XGROUP"; "CREATE"; "stream:groups"; "\000\255"; "0"; "ENTRIESREAD"; "3" ]
        readBy "\000\255" "\r\n" 2 "stream:groups"
        // Acknowledged by all, and expiring.
        yield! filled "stream:expiring" 5
        [ "XGROUP"; "CREATE"; "stream:expiring"; "group"; "0" ]
        readBy "group" "consumer" 5 "stream:expiring"
        [ "XACK"; "stream:expiring"; "group"; "10-1"; "20-2"; "30-3"; "40-4"; "50-5" ]
        [ "PEXPIREAT"; "stream:expiring"; "4102444800005" ]
    ]

let all: string list list = nodes @ fields @ deleted @ groups

/// The key of a stream with lost entries.
[<Literal>]
let Lost = "stream:lost"

/// Entries that are pending, and are not in the stream any more.
let lost: string list list =
    [
        yield! filled Lost 9
        [ "XGROUP"; "CREATE"; Lost; "group"; "0" ]
        readBy "group" "consumer" 6 Lost
        [ "XDEL"; Lost; "20-2"; "50-5" ]
    ]
