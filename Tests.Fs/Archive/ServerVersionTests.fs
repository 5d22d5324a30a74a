/// Which servers load what is restored.
module HybridReplica.Tests.ServerVersionTests

open System
open Expecto
open HybridReplica.Core
open HybridReplica.Tests.Snapshots

let private servers =
    [
        for version, format, expected in
            [
                "7.0.15", "REDIS0010", true
                "7.0.15", "REDIS0011", false
                "7.2", "REDIS0011", true
                "redis-7.4.1", "REDIS0012", true
                "Redis 8", "REDIS0012", true
                "8.4.0", "REDIS0013", false
                "8.10.1", "REDIS0015", true
                "8.9.1", "REDIS0015", false
                "valkey 7.2.7", "REDIS0011", true
                "valkey-9.0.0", "REDIS0012", false
                "valkey-9.0.0", "VALKEY080", true
                "valkey-8.1.0", "VALKEY080", false
                "8.0.3", "VALKEY080", false
                "6.2.0", "REDIS0006", false
                "99.0", "REDIS0099", false
            ] do
            testCase $"{version} and {format}: {expected}" (fun () ->
                let format = RdbVersion.TryRead(ReadOnlySpan(latin1 format))
                let server = ServerVersion.TryParse version
                Expect.equal (ServerSupport.loads format.Value server.Value) expected "whether it loads it")
        for format, expected in
            [
                "REDIS0006", "redis-server"
                "REDIS0012", "redis-server"
                "VALKEY080", "valkey-server"
            ] do
            testCase $"{format} is loaded by {expected}" (fun () ->
                let format = RdbVersion.TryRead(ReadOnlySpan(latin1 format))
                Expect.equal (ServerSupport.program format.Value) expected "the program")
        for text in [ ""; "x"; "redis"; "7.x"; "7."; "keydb-6.3"; "redis 7 0" ] do
            testCase $"'{text}' is no version" (fun () ->
                Expect.isTrue (ServerVersion.TryParse text).IsNone "it is none")
    ]

let tests = testList "server versions" servers
