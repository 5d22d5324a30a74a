/// A stream with entries, groups, consumers and producers, in every version that there is.
module HybridReplica.Tests.StreamSamples

open System
open HybridReplica.Core
open HybridReplica.Tests.PackedSamples
open HybridReplica.Tests.EntryBytes

/// The entries of a stream: one with the common field, one that was deleted, one with fields of its own.
let private streamNode =
    let items =
        [
            listpackNumber 2
            listpackNumber 1
            listpackNumber 1
            listpackString "field"B
            listpackNumber 0
            yield!
                [
                    listpackNumber 2
                    listpackNumber 0
                    listpackNumber 1
                    listpackString "value"B
                    listpackNumber 4
                ]
            yield!
                [
                    listpackNumber 3
                    listpackNumber 1
                    listpackNumber 0
                    listpackString "gone"B
                    listpackNumber 4
                ]
            yield! [ listpackNumber 0; listpackNumber 5; listpackNumber 2; listpackNumber 2 ]
            yield!
                [
                    listpackString "a"B
                    listpackNumber 1
                    listpackString "b"B
                    listpackString ""B
                    listpackNumber 8
                ]
        ]

    Array.append (string (rawId 1000L 0L)) (string (listpack items))

let private streamEntries: StreamEntry[] =
    [|
        {
            Id = id 1000UL 1UL
            Fields = [| "field"B; "value"B |]
        }
        {
            Id = id 1005UL 2UL
            Fields = [| "a"B; "1"B; "b"B; ""B |]
        }
    |]

let private groupBytes version name =
    Array.concat
        [
            string name
            length 1005UL
            length 2UL
            if version >= 2 then
                length UInt64.MaxValue
            each
                [
                    Array.concat [ rawId 1000L 1L; little 8 77L; length 3UL ]
                    Array.concat [ rawId 1005L 2L; little 8 78L; length 1UL ]
                ]
            each
                [
                    for consumer in [ "first"B; "second"B ] do
                        Array.concat
                            [
                                string consumer
                                little 8 79L
                                if version >= 3 then
                                    little 8 (if consumer.Length = 5 then -1L else 80L)
                                each (
                                    if consumer.Length = 5 then
                                        [ rawId 1000L 1L; rawId 1005L 2L ]
                                    else
                                        []
                                )
                            ]
                ]
            if version >= 5 then
                each [ rawId 1005L 2L ]
        ]

let private group version name : StreamGroup =
    {
        Name = name
        LastId = id 1005UL 2UL
        EntriesRead = ValueNone
        Pending =
            [|
                {
                    Id = id 1000UL 1UL
                    DeliveryTime = 77L
                    DeliveryCount = 3L
                }
                {
                    Id = id 1005UL 2UL
                    DeliveryTime = 78L
                    DeliveryCount = 1L
                }
            |]
        Consumers =
            [|
                {
                    Name = "first"B
                    SeenTime = 79L
                    ActiveTime = ValueNone
                    Pending = [| id 1000UL 1UL; id 1005UL 2UL |]
                }
                {
                    Name = "second"B
                    SeenTime = 79L
                    ActiveTime = if version >= 3 then ValueSome 80L else ValueNone
                    Pending = [||]
                }
            |]
        Nacked = if version >= 5 then [| id 1005UL 2UL |] else [||]
    }

/// The bytes of a stream of this version.
let bytes version =
    Array.concat
        [
            each [ streamNode; streamNode ]
            length 4UL
            Array.concat [ length 1005UL; length 2UL ]
            if version >= 2 then
                Array.concat [ length 1000UL; length 1UL; length 1001UL; length 0UL; length 9UL ]
            each [ groupBytes version "g"B; groupBytes version "other"B ]
            if version >= 4 then
                Array.concat
                    [
                        length 100UL
                        length 50UL
                        each
                            [
                                for producer in [ "p"B; "q"B ] do
                                    Array.append
                                        (string producer)
                                        (each [ Array.concat [ string "iid"B; length 1000UL; length 1UL ] ])
                            ]
                        length 8UL
                        length 2UL
                    ]
        ]

/// What is in it.
let value version =
    let ifFrom from value =
        if version >= from then ValueSome value else ValueNone

    let details: StreamDetails =
        {
            Length = 4L
            LastId = id 1005UL 2UL
            FirstId = ifFrom 2 (id 1000UL 1UL)
            MaximumDeletedId = ifFrom 2 (id 1001UL 0UL)
            EntriesAdded = ifFrom 2 9L
            Groups = [| group version "g"B; group version "other"B |]
            Idempotence =
                ifFrom
                    4
                    {
                        Duration = 100L
                        MaximumEntries = 50L
                        Producers =
                            [|
                                for producer in [ "p"B; "q"B ] do
                                    {
                                        Name = producer
                                        Entries = [| { Name = "iid"B; Id = id 1000UL 1UL } |]
                                    }
                            |]
                        Added = 8L
                        Duplicates = 2L
                    }
        }

    RdbValue.Stream(Array.append streamEntries streamEntries, ValueSome details)
