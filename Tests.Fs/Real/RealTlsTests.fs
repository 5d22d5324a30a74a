/// TLS with a real server: who it is, who we are, and what is said when one of the two is in doubt.
module HybridReplica.Tests.Real.RealTlsTests

open System
open System.IO
open Expecto
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Shell
open HybridReplica.Tests.Shell.Fetching
open HybridReplica.Tests.Real.Tool

/// An authority and a certificate for these hosts from it, in a folder that is gone afterwards.
type private Papers(hosts: string list) =
    let folder = Directory.CreateTempSubdirectory "hybrid-replica-tls-"
    let file name = Path.Combine(folder.FullName, name)
    let authority = Certificates.authority ()
    let certificate = Certificates.issue authority hosts

    do
        Certificates.writeCertificate (file "ca.pem") authority
        Certificates.writeCertificate (file "certificate.pem") certificate
        Certificates.writeKey (file "key.pem") certificate

    member _.Server =
        {
            Authority = file "ca.pem"
            Certificate = file "certificate.pem"
            Key = file "key.pem"
        }

    member _.Trusting = [ "--tls-ca"; file "ca.pem" ]

    member _.Showing =
        [ "--tls-cert"; file "certificate.pem"; "--tls-key"; file "key.pem" ]

    interface IDisposable with
        member _.Dispose() =
            authority.Dispose()
            certificate.Dispose()
            folder.Delete true

let private here = [ "localhost"; "127.0.0.1" ]

let private withTls hosts options work () =
    use papers = new Papers(hosts)

    use server =
        RealServer.Start
            { DataSet.diskless options with
                Tls = ValueSome papers.Server
            }

    use place = new Place()
    work papers server place

let private anybody = [ "tls-auth-clients no" ]

let private backup scheme (host: string) (port: int) (place: Place) arguments =
    run (
        [ "backup"; $"{scheme}://{host}:{port}"; "-o"; place.Target; "--attempts"; "1" ]
        @ arguments
    )

let private copies host hosts options (arguments: Papers -> string list) =
    withTls hosts options (fun papers server place ->
        DataSet.fill server
        backup "rediss" host server.TlsPort place (arguments papers) |> endsSilently
        DataSet.isCopyOf server place.Target)

let private fails hosts options (arguments: Papers -> string list) said =
    withTls hosts options (fun papers server place ->
        backup "rediss" "127.0.0.1" server.TlsPort place (arguments papers)
        |> complains 3 said

        place.IsUntouched())

let tests =
    testList
        "real TLS"
        [
            testCase
                "a master that wants a client certificate gets ours"
                (copies "127.0.0.1" here [] (fun papers -> papers.Trusting @ papers.Showing))
            testCase "the name of the host is as good as its address" (copies "localhost" here anybody _.Trusting)
            testCase
                "a master that wants a client certificate and gets none says so"
                (fails here [] _.Trusting [ "TLS"; "--tls-cert and --tls-key" ])
            testCase
                "a certificate for another host is no proof"
                (fails [ "elsewhere.example" ] anybody _.Trusting [ "TLS"; "another host" ])
            testCase
                "an authority we do not know is no proof"
                (fails here anybody (fun _ -> []) [ "TLS"; "authority"; "--tls-ca" ])
            testCase "another authority is no proof" (fun () ->
                use others = new Papers(here)
                fails here anybody (fun _ -> others.Trusting) [ "TLS"; "authority" ] ())
            testCase
                "--tls-skip-verify takes any certificate"
                (copies "127.0.0.1" [ "elsewhere.example" ] anybody (fun _ -> [ "--tls-skip-verify" ]))
            testCase
                "a plain connection to a port that speaks TLS says which scheme to use"
                (withTls here anybody (fun _ server place ->
                    backup "redis" "127.0.0.1" server.TlsPort place []
                    |> complains 3 [ "connection"; "use rediss://" ]

                    place.IsUntouched()))
            testCase
                "TLS to a port that is plain says which scheme to use"
                (withTls here anybody (fun papers server place ->
                    backup "rediss" "127.0.0.1" server.Port place ([ "--timeout"; "2" ] @ papers.Trusting)
                    |> complains 3 [ "use redis://" ]

                    place.IsUntouched()))
            testCase
                "TLS options without TLS are a mistake, not a plain connection"
                (withTls here anybody (fun papers server place ->
                    backup "redis" "127.0.0.1" server.Port place papers.Trusting
                    |> complains 2 [ "rediss://" ]

                    place.IsUntouched()))
        ]
