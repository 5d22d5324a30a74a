/// TLS tells friends from strangers.
module HybridReplica.Tests.TlsTests

open System
open System.IO
open System.Security.Authentication
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.Shell.Script
open HybridReplica.Tests.Shell.ScriptedMaster
open HybridReplica.Tests.Shell.Certificates
open HybridReplica.Tests.Shell.Fetching

let private snapshot = rdb 200_000
let private ours = authority ()
let private theirs = authority ()
let private anyProtocol = SslProtocols.None

/// Options for a master that speaks TLS, with our authority in a file.
let private trusting (files: Place) (master: ScriptedMaster) : ReplicaOptions =
    let caFile = Path.Combine(files.Folder, "ca.pem")
    writeCertificate caFile ours
    let options = impatient (Uri $"rediss://127.0.0.1:{master.Port}")
    options.Tls.CaFile <- caFile
    options

let private serving hosts issuer =
    overTls anyProtocol (issue issuer hosts) None (serveUntilMark snapshot)

/// What becomes of fetching from a master that speaks TLS, or does not.
let private joining script (adjust: Place -> ReplicaOptions -> unit) (judge: Result<Place, Fault> -> unit) =
    task {
        use files = new Place()
        use place = new Place()
        use master = master script
        let options = trusting files master
        adjust files options

        try
            let! _ = fetch place options
            judge (Ok place)
        with :? ReplicaException as exn ->
            place.IsUntouched()
            judge (Error exn.Fault)
    }

let private succeeds name script adjust =
    testCaseTask name (fun () ->
        joining script adjust (fun result -> (Expect.wantOk result "the snapshot").Holds snapshot))

let private fails name script adjust (expected: Fault list) =
    testCaseTask name (fun () ->
        joining script adjust (fun result -> Expect.contains expected (Expect.wantError result "a fault") "the fault"))

let private asIs (_: Place) (_: ReplicaOptions) = ()

let private noConnection trouble =
    [ Fault.ConnectFailed(NetworkTrouble.Tls trouble) ]

/// Shows a certificate from the authority, with its key in a file of its own.
let private showing issuer (files: Place) (options: ReplicaOptions) =
    let certificate = issue issuer [ "replica" ]
    let certificateFile = Path.Combine(files.Folder, "replica.pem")
    let keyFile = Path.Combine(files.Folder, "replica.key")
    writeCertificate certificateFile certificate
    writeKey keyFile certificate
    options.Tls.CertificateFile <- certificateFile
    options.Tls.KeyFile <- keyFile

let private demanding protocol =
    overTls protocol (issue ours [ "127.0.0.1" ]) (Some ours) (serveUntilMark snapshot)

let private verification =
    testList
        "verification"
        [
            succeeds "a certificate from our authority, made out to the address" (serving [ "127.0.0.1" ] ours) asIs
            succeeds "a certificate made out to the name asked for" (serving [ "redis.example" ] ours) (fun _ options ->
                options.Tls.TargetHost <- "redis.example")
            fails
                "a certificate made out to somebody else"
                (serving [ "redis.example" ] ours)
                asIs
                (noConnection TlsTrouble.NameMismatch)
            fails
                "a certificate from somebody else's authority"
                (serving [ "127.0.0.1" ] theirs)
                asIs
                (noConnection TlsTrouble.Untrusted)
            fails
                "a certificate that the operating system does not know"
                (serving [ "127.0.0.1" ] ours)
                (fun _ options -> options.Tls.CaFile <- null)
                (noConnection TlsTrouble.Untrusted)
            fails
                "a certificate that is out of date"
                (overTls anyProtocol (issueUntil yesterday ours [ "127.0.0.1" ]) None (serveUntilMark snapshot))
                asIs
                (noConnection TlsTrouble.Untrusted)
            succeeds
                "any certificate at all, if we do not want to know"
                (serving [ "redis.example" ] theirs)
                (fun _ options -> options.Tls.SkipVerification <- true)
        ]

let private clients =
    testList
        "client certificates"
        [
            for protocol in [ SslProtocols.Tls12; SslProtocols.Tls13 ] do
                succeeds $"one that is wanted, {protocol}" (demanding protocol) (showing ours)

                // TLS 1.3 refuses it only after the handshake; how the server closes then is its own affair.
                fails
                    $"none where one is wanted, {protocol}"
                    (demanding protocol)
                    asIs
                    [
                        Fault.ConnectFailed(NetworkTrouble.Tls TlsTrouble.Rejected)
                        Fault.Disconnected(NetworkTrouble.Tls TlsTrouble.Rejected)
                        Fault.Disconnected NetworkTrouble.Closed
                        Fault.Disconnected NetworkTrouble.Reset
                    ]
        ]

/// What TLS says to somebody whom it does not understand: a fatal alert, handshake failure.
let private alert = [| 0x15uy; 3uy; 3uy; 0uy; 2uy; 2uy; 40uy |]

let private strangers =
    testList
        "strangers"
        [
            fails
                "a plain master"
                (inTurn [ listen; say "-ERR unknown command\r\n"; wait ])
                asIs
                (noConnection TlsTrouble.NotTls)
            fails
                "a server that ends the handshake"
                (inTurn [ listen; write alert; wait ])
                asIs
                (noConnection TlsTrouble.Rejected)
            fails "a server that closes the connection" listen asIs (noConnection TlsTrouble.Rejected)
            testCaseTask "plain to a master that speaks TLS" (fun () ->
                task {
                    use place = new Place()
                    use master = master (serving [ "127.0.0.1" ] ours)
                    let! exn = failure (fetch place (impatient master.Uri))
                    // Whether the alert looks like a line depends on the alert.
                    Expect.contains [ Blame.Network; Blame.MasterBroke ] exn.Blame "the blame"
                    place.IsUntouched()
                })
        ]

/// The beginning of a TLS record, whose end never comes.
let private halfRecord = [| 0x17uy; 3uy; 3uy; 0x40uy; 0uy; 1uy; 2uy; 3uy |]

let private losses =
    testList
        "losses"
        [
            fails
                "a connection that breaks within a record is lost, not refused"
                (fun stream ->
                    let breakOff tls =
                        inTurn
                            [
                                promise
                                say "$1000000\r\n"
                                write (Array.take 100_000 (rdb 1_000_000))
                                fun _ -> write halfRecord stream
                            ]
                            tls

                    overTls anyProtocol (issue ours [ "127.0.0.1" ]) None breakOff stream)
                asIs
                [
                    Fault.Disconnected NetworkTrouble.Closed
                    Fault.Disconnected NetworkTrouble.Reset
                ]
        ]

let private files =
    testList
        "files"
        [
            for what, adjust in
                [
                    "CA", (fun (tls: TlsOptions) -> tls.CaFile <- "/no/such/file")
                    "certificate", (fun tls -> tls.CertificateFile <- "/no/such/file")
                    "key", (fun tls -> tls.KeyFile <- "/no/such/file")
                ] do
                testCaseTask $"a {what} that cannot be read is the caller's mistake" (fun () ->
                    task {
                        use place = new Place()
                        let options = impatient (Uri "rediss://127.0.0.1:1")
                        adjust options.Tls

                        let! reason =
                            task {
                                try
                                    let! _ = fetch place options
                                    return ""
                                with :? ArgumentException as exn ->
                                    return exn.Message
                            }

                        Expect.stringContains reason what "the reason"
                        place.IsUntouched()
                    })
        ]

let tests = testList "tls" [ verification; clients; strangers; losses; files ]
