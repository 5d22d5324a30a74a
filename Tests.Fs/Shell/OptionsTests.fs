/// Options that can be used, and those that cannot.
module HybridReplica.Tests.OptionsTests

open System
open Expecto
open HybridReplica
open HybridReplica.Core

let private address uri = MasterAddress.Read(Uri uri)

let private passwordOf (address: MasterAddress) =
    match address.Password with
    | null -> None
    | secret -> Some secret

let private reads uri host port isTls user password =
    testCase $"reads {uri}" (fun () ->
        let address = address uri
        Expect.equal address.Host host "host"
        Expect.equal address.Port port "port"
        Expect.equal address.IsTls isTls "TLS"
        Expect.equal (Option.ofObj address.User) user "user"
        Expect.equal (passwordOf address) (Option.map Secret.OfText password) "password")

let private refuses uri (reason: string) =
    testCase $"refuses {uri}" (fun () ->
        Expect.throwsC (fun () -> address uri |> ignore) (fun exn ->
            Expect.stringContains exn.Message reason "the reason"
            Expect.isFalse (exn.ToString().Contains "secret") "no word of the password"))

let private addresses =
    testList
        "addresses"
        [
            reads "redis://redis.example" "redis.example" 6379 false None None
            reads "redis://redis.example/" "redis.example" 6379 false None None
            reads "redis://redis.example:7000/0" "redis.example" 7000 false None None
            reads "rediss://redis.example" "redis.example" 6379 true None None
            reads "redis://[::1]:7000" "::1" 7000 false None None
            reads "redis://:secret@h" "h" 6379 false None (Some "secret")
            reads "redis://replicator@h" "h" 6379 false (Some "replicator") None
            reads "redis://a%40b:p%3A%2F%C3%A9@h" "h" 6379 false (Some "a@b") (Some "p:/é")
            reads "redis://u:a:b@h" "h" 6379 false (Some "u") (Some "a:b")
            testCase "reads unix:///run/redis%20one.sock" (fun () ->
                let address = address "unix:///run/redis%20one.sock"
                Expect.equal address.SocketPath "/run/redis one.sock" "path"
                Expect.isFalse address.IsTls "TLS")
            refuses "http://u:secret@h" "redis://"
            refuses "redis://u:secret@h/3" "database"
            refuses "redis://u:secret@h?x=1" "query"
            refuses "unix://u:secret@h/path" "unix:///"
            refuses ("unix:///" + String('x', 200)) "longer"
            testCase "an address does not show the password" (fun () ->
                Expect.equal (string (address "redis://u:secret@h:1")) "h:1" "the address")
        ]

let private settings (adjust: ReplicaOptions -> unit) =
    let options = ReplicaOptions()
    adjust options
    options.ToSettings Destination.File

let private cannotBeUsed name adjust (reason: string) =
    testCase name (fun () ->
        let options = ReplicaOptions()
        adjust options

        Expect.throwsC (fun () -> ReplicaClient(options) |> ignore) (fun exn ->
            Expect.isTrue (exn :? ArgumentException) "it is the caller's mistake"
            Expect.stringContains exn.Message reason "the reason"))

let private making =
    testList
        "settings"
        [
            testCase "nothing said is what the model takes by itself" (fun () ->
                let made = settings (fun options -> options.JitterSeed <- 0L)
                Expect.equal made Settings.Default "settings")
            testCase "what is said beside the address goes before what is said in it" (fun () ->
                let made =
                    settings (fun options ->
                        options.Master <- Uri "redis://one:1@h"
                        options.User <- "two"
                        options.Password <- Secret.OfText "2")

                let expected =
                    {
                        User = ValueSome "two"
                        Password = Secret.OfText "2"
                    }

                Expect.equal made.Credentials (ValueSome expected) "credentials")
            testCase "a user without a password is nobody" (fun () ->
                let made = settings (fun options -> options.User <- "one")
                Expect.equal made.Credentials ValueNone "credentials")
            testCase "parts of a second are rounded up" (fun () ->
                let made = settings (fun options -> options.Timeout <- TimeSpan.FromSeconds 1.2)
                Expect.equal made.Timeout 2 "seconds")
            testCase "a very long time is as long as can be" (fun () ->
                let made = settings (fun options -> options.Timeout <- TimeSpan.MaxValue)
                Expect.equal made.Timeout Int32.MaxValue "seconds")
            cannotBeUsed "a port too high" (fun options -> options.ListeningPort <- 70000) "70000"
            cannotBeUsed "no time at all" (fun options -> options.Timeout <- TimeSpan.Zero) "timeout"
            cannotBeUsed
                "time without end"
                (fun options -> options.ReplyTimeout <- Threading.Timeout.InfiniteTimeSpan)
                "reply"
            cannotBeUsed "no attempt" (fun options -> options.Attempts <- 0) "attempts"
            cannotBeUsed
                "what 2.6 does not know"
                (fun options ->
                    options.Dialect <- Dialect.Redis26
                    options.RdbOnly <- true)
                "rdb-only"
        ]

let private cannotFollow name (adjust: ReplicaOptions -> unit) (reason: string) =
    testCase name (fun () ->
        let options = ReplicaOptions()
        adjust options

        Expect.throwsC (fun () -> ReplicaClient(options).FollowAsync() |> ignore) (fun refused ->
            Expect.isTrue (refused :? ArgumentException) "the kind of exception"
            Expect.stringContains refused.Message reason "the reason"))

let private following =
    testList
        "following"
        [
            cannotFollow "a large command is at least a byte" (fun options -> options.LargeCommand <- 0L) "1 byte"
            cannotFollow
                "a large command is at most a gibibyte"
                (fun options -> options.LargeCommand <- (1L <<< 30) + 1L)
                "1 GiB"
            cannotFollow "a spool has no negative size" (fun options -> options.SpoolSize <- -1L) "negative"
            cannotFollow
                "who only resumes has a position"
                (fun options -> options.Resume <- ResumePolicy.PartialOnly)
                "no position"
            cannotFollow "who follows wants more than the snapshot" (fun options -> options.RdbOnly <- true) "rdb-only"
        ]

let tests = testList "options" [ addresses; making; following ]
