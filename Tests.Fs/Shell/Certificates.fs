/// Authorities and certificates made for a test.
module HybridReplica.Tests.Shell.Certificates

open System
open System.IO
open System.Net
open System.Net.Security
open System.Security.Authentication
open System.Security.Cryptography
open System.Security.Cryptography.X509Certificates
open System.Threading.Tasks

/// Long enough ago for every clock.
let yesterday = DateTimeOffset.UtcNow.AddDays -1.0

let private lastWeek = DateTimeOffset.UtcNow.AddDays -7.0
let private tomorrow = DateTimeOffset.UtcNow.AddDays 1.0

let private request (name: string) (key: ECDsa) =
    CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256)

/// An authority that nobody knows yet.
let authority () : X509Certificate2 =
    use key = ECDsa.Create ECCurve.NamedCurves.nistP256
    let request = request "an authority" key
    request.CertificateExtensions.Add(X509BasicConstraintsExtension(true, false, 0, true))
    request.CreateSelfSigned(lastWeek, tomorrow)

/// A certificate for hosts of these names or addresses, with its key, from the authority, good until then.
let issueUntil (last: DateTimeOffset) (authority: X509Certificate2) (hosts: string list) : X509Certificate2 =
    use key = ECDsa.Create ECCurve.NamedCurves.nistP256
    let request = request "somebody" key
    let names = SubjectAlternativeNameBuilder()

    for host in hosts do
        if IPAddress.IsValid host then
            names.AddIpAddress(IPAddress.Parse host)
        else
            names.AddDnsName host

    request.CertificateExtensions.Add(names.Build())
    let serial = Guid.NewGuid().ToByteArray()

    use certificate =
        request.Create(authority, lastWeek, last, ReadOnlySpan<byte> serial)

    certificate.CopyWithPrivateKey key

/// A certificate that is good today.
let issue (authority: X509Certificate2) (hosts: string list) : X509Certificate2 = issueUntil tomorrow authority hosts

/// Writes the certificate to a file in PEM form.
let writeCertificate (path: string) (certificate: X509Certificate2) =
    File.WriteAllText(path, certificate.ExportCertificatePem())

/// Writes the private key to a file in PEM form.
let writeKey (path: string) (certificate: X509Certificate2) =
    match certificate.GetECDsaPrivateKey() with
    | null -> invalidOp "The certificate has no key."
    | key -> File.WriteAllText(path, key.ExportPkcs8PrivateKeyPem())

/// A script spoken over TLS. With an authority given, only clients with a certificate from it are served.
let overTls
    (protocols: SslProtocols)
    (certificate: X509Certificate2)
    (clients: X509Certificate2 option)
    (script: Stream -> Task<unit>)
    (stream: Stream)
    : Task<unit> =
    task {
        use tls = new SslStream(stream)

        let isWelcome (shown: X509Certificate | null) =
            match clients, shown with
            | None, _ -> true
            | Some authority, (:? X509Certificate2 as shown) -> shown.Issuer = authority.Subject
            | Some _, _ -> false

        let options =
            SslServerAuthenticationOptions(
                ServerCertificate = certificate,
                EnabledSslProtocols = protocols,
                ClientCertificateRequired = clients.IsSome,
                RemoteCertificateValidationCallback = fun _ shown _ _ -> isWelcome shown
            )

        do! tls.AuthenticateAsServerAsync options
        do! script tls
    }
