namespace HybridReplica;

/// <summary>How TLS is spoken with a master. By default its certificate chain and its host name are verified.</summary>
public sealed class TlsOptions
{
    /// <summary>
    /// A file of certificates in PEM form: the authorities to trust, instead of those of the operating system.
    /// Default: none.
    /// </summary>
    public string? CaFile { get; set; }

    /// <summary>
    /// A file in PEM form with the certificate to show to the master, and any intermediate ones behind it. Default:
    /// none.
    /// </summary>
    public string? CertificateFile { get; set; }

    /// <summary>
    /// A file in PEM form with the private key of that certificate, not encrypted. Default: it is in
    /// <see cref="CertificateFile"/> as well.
    /// </summary>
    public string? KeyFile { get; set; }

    /// <summary>Whether any certificate will do. Then nobody knows who is at the other end. Default: no.</summary>
    public bool SkipVerification { get; set; }

    /// <summary>The host name the certificate must be made out to. Default: the host of the URI.</summary>
    public string? TargetHost { get; set; }
}
